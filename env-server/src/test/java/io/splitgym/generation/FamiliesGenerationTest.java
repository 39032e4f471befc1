package io.splitgym.generation;

import static org.assertj.core.api.Assertions.assertThat;

import io.splitgym.channel.Transmission;
import io.splitgym.decoder.Decoder;
import io.splitgym.perplexity.LanguageModel;
import io.splitgym.random.RandomStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Generation with the small random checkpoint of every family; see {@code make_families.py}. */
class FamiliesGenerationTest {
  private static final int TOKENS = 20;

  @TempDir private Path folder;

  /** The family's weights with a vocabulary of the words w0 to w39. */
  private LanguageModel load(String family) throws IOException, URISyntaxException {
    Path weights = Path.of(Decoder.class.getResource("families/" + family).toURI());
    for (String file : new String[] {"config.json", "model.safetensors"}) {
      Files.copy(weights.resolve(file), folder.resolve(file));
    }
    String words =
        IntStream.range(0, 40)
            .mapToObj(id -> "\"w" + id + "\": " + id)
            .collect(Collectors.joining(", "));
    Files.writeString(
        folder.resolve("tokenizer.json"),
        """
        {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
         "normalizer": null, "pre_tokenizer": {"type": "WhitespaceSplit"}, "post_processor": null,
         "decoder": null,
         "model": {"type": "WordLevel", "unk_token": "w0", "vocab": {%s}}}
        """
            .formatted(words));
    return LanguageModel.load(family, "", folder);
  }

  /** The likeliest token each time, the whole text run anew for each. */
  private static int[] withoutKeptKeys(Decoder decoder, int... prompt) {
    int[] text = prompt;
    for (int i = 0; i < TOKENS; i++) {
      float[] logits =
          decoder.logits(decoder.embed(new int[][] {text})[0], text.length, 0)[text.length - 1];
      int likeliest = 0;
      for (int id = 1; id < logits.length; id++) {
        likeliest = logits[id] > logits[likeliest] ? id : likeliest;
      }
      text = Arrays.copyOf(text, text.length + 1);
      text[text.length - 1] = likeliest;
    }
    return Arrays.copyOfRange(text, prompt.length, text.length);
  }

  @ParameterizedTest
  @MethodSource("io.splitgym.decoder.FamiliesAgreementTest#families")
  void keptKeysAndValuesGiveTheTokensOfTheFullForward(String family)
      throws IOException, URISyntaxException {
    try (LanguageModel model = load(family)) {
      int[] expected = withoutKeptKeys(model.decoder(), 1, 2, 29, 4, 26);
      for (int split = 1; split < model.decoder().shape().layers(); split++) {
        assertThat(
                new SplitTextGenerator(model, split, new Transmission.Clean())
                    .generate("w1 w2 w29 w4 w26", TOKENS, 0, RandomStream.ofSeed(1)))
            .as("split %d", split)
            .isEqualTo(expected);
      }
    }
  }
}
