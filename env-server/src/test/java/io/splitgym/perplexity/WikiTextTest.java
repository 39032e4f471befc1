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
import org.junit.jupiter.api.Test;

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

  private static JsonNode reference() throws IOException {
    try (InputStream stream = Decoder.class.getResourceAsStream("smollm2-135m-reference.json")) {
      return new ObjectMapper().readTree(stream);
    }
  }

  @Test
  void itsTokensAreThoseOfLlamaCppsPreTokenizer() throws Exception {
    Corpus corpus = Corpus.of(wikiText());
    JsonNode expected = reference().get("corpus");
    try (TextTokenizer tokenizer = TextTokenizer.of(Checkpoint.open(RealModel.smollm2()))) {
      int[] ids = tokenizer.encode(corpus.text());
      assertThat(ids).hasSize(301_948);
      ByteBuffer bytes = ByteBuffer.allocate(ids.length * 4).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asIntBuffer().put(ids);
      assertThat(
              HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array())))
          .isEqualTo(expected.get("digits_first").get("ids_sha256").asText());
    }
  }

  @Test
  void perplexityAgreesWithTransformersForSeveralWindowsAndStrides() throws Exception {
    Corpus corpus = Corpus.of(wikiText());
    try (LanguageModel model = LanguageModel.load("smollm2-135m", "unused", RealModel.smollm2())) {
      for (JsonNode run : reference().get("perplexity").get("runs")) {
        try (LlmEvaluator evaluator =
            new LlmEvaluator(
                model,
                corpus,
                run.get("window").asInt(),
                run.get("stride").asInt(),
                4096,
                Runtime.getRuntime().availableProcessors(),
                HiddenStateBounds.DEFAULT)) {
          WindowLosses losses = evaluator.evaluate(29, new Transmission.Clean(), 0);
          assertThat(losses.scoredTokens()).isEqualTo(run.get("scored").asInt());
          assertThat(losses.mean()).isCloseTo(run.get("nll").asDouble(), within(1e-4));
        }
      }
    }
  }
}
