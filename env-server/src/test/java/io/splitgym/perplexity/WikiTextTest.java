package io.splitgym.perplexity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.channel.Transmission;
import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.hub.RealModel;
import io.splitgym.decoder.Decoder;
import io.splitgym.tokenizer.TextTokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** WikiText-2's raw test split, where it lies beside the project; SplitGym doesn't contain it. */
class WikiTextTest {
  private static final String[] PLACES = {"../shared", "../../shared"};

  private static Path wikiText() {
    Path found =
        Stream.of(PLACES)
            .map(place -> Path.of(place, "wikitext-2-raw", "wiki.test.raw"))
            .filter(Files::exists)
            .findFirst()
            .orElse(null);
    assumeTrue(found != null, "WikiText-2 (wikitext-2-raw/wiki.test.raw) isn't here: skipped");
    return found;
  }

  private static JsonNode reference(String model) throws IOException {
    try (InputStream stream = Decoder.class.getResourceAsStream(model + "-reference.json")) {
      return new ObjectMapper().readTree(stream);
    }
  }

  private static Path file(String model) throws IOException {
    return model.startsWith("gemma") ? RealModel.gemma3() : RealModel.smollm2();
  }

  /** Of SmolLM2, llama.cpp's: transformers' own conversion of its tokenizer differs in two. */
  @ParameterizedTest
  @CsvSource({
    "smollm2-135m, /corpus/digits_first, 301948",
    "gemma3-270m, /corpus, 292281",
  })
  void itsTokensAreTheReference(String model, String place, int count) throws Exception {
    Corpus corpus = Corpus.of(wikiText());
    try (TextTokenizer tokenizer = TextTokenizer.of(Checkpoint.open(file(model)))) {
      int[] ids = tokenizer.encode(corpus.text());
      assertThat(ids).hasSize(count);
      ByteBuffer bytes = ByteBuffer.allocate(ids.length * 4).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asIntBuffer().put(ids);
      assertThat(
              HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array())))
          .isEqualTo(reference(model).at(place).get("ids_sha256").asText());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"smollm2-135m", "gemma3-270m"})
  void perplexityAgreesWithTransformersForSeveralWindowsAndStrides(String name) throws Exception {
    Corpus corpus = Corpus.of(wikiText());
    try (LanguageModel model = LanguageModel.load(name, "unused", file(name))) {
      for (JsonNode run : reference(name).get("perplexity").get("runs")) {
        try (LlmEvaluator evaluator =
            new LlmEvaluator(
                model,
                corpus,
                run.get("window").asInt(),
                run.get("stride").asInt(),
                4096,
                Runtime.getRuntime().availableProcessors(),
                HiddenStateBounds.DEFAULT)) {
          int split = model.decoder().shape().layers() - 1;
          WindowLosses losses = evaluator.evaluate(split, new Transmission.Clean(), 0);
          assertThat(losses.scoredTokens()).isEqualTo(run.get("scored").asInt());
          assertThat(losses.mean()).isCloseTo(run.get("nll").asDouble(), within(1e-4));
        }
      }
    }
  }
}
