package io.splitgym.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.splitgym.checkpoint.EditedGguf;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFactsTest {
  @TempDir private Path folder;

  @Test
  void whatAFileCallsItselfCannotReachTheTerminal() throws IOException, URISyntaxException {
    Path sound = Path.of(getClass().getResource("/io/splitgym/decoder/tiny-llama.gguf").toURI());
    Path file =
        EditedGguf.of(sound)
            .with("general.name", "\u001b[31mRED\u001b[2J")
            .with("general.architecture", "\u0007" + "x".repeat(100_000))
            .with("tokenizer.ggml.pre", "\u009b2J")
            .write(folder.resolve("loud.gguf"));
    ModelFacts facts = ModelFacts.of(file);
    assertThat(facts.name()).isEqualTo("\\u001b[31mRED\\u001b[2J");
    assertThat(facts.architecture()).startsWith("\\u0007xxx").hasSizeLessThan(220);
    assertThat(facts.tokenizer()).isEqualTo("gpt2/\\u009b2J");
  }
}
