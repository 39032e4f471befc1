package io.splitgym.perplexity;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.channel.Transmission;
import io.splitgym.checkpoint.EditedGguf;
import io.splitgym.checkpoint.MalformedCheckpointException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FiniteLossTest {
  @TempDir private Path folder;

  @Test
  void aModelWhoseWeightsAreNotNumbersHasNoPerplexity() throws IOException, URISyntaxException {
    Path sound = Path.of(getClass().getResource("/io/splitgym/decoder/tiny-llama.gguf").toURI());
    Path damaged =
        EditedGguf.of(sound).endingInNaN(24 * Float.BYTES).write(folder.resolve("damaged.gguf"));
    try (LanguageModel model = LanguageModel.load("damaged.gguf", "0".repeat(64), damaged);
        LlmEvaluator evaluator =
            new LlmEvaluator(
                model,
                new Corpus("text", "The other day in the bay"),
                8,
                4,
                16,
                1,
                HiddenStateBounds.DEFAULT)) {
      assertThatThrownBy(() -> evaluator.evaluate(1, new Transmission.Clean(), 1))
          .isInstanceOf(UncheckedIOException.class)
          .cause()
          .isInstanceOf(MalformedCheckpointException.class)
          .hasMessageContaining("damaged.gguf: the loss of window 0 is NaN, must be a finite");
    }
  }
}
