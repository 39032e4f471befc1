package io.splitgym.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.EditedGguf;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a GGUF file's numbers say beside the dimensions: done as said, or refused by name. */
class GgufNumbersTest {
  @TempDir private Path folder;

  private EditedGguf file() throws IOException, URISyntaxException {
    return EditedGguf.of(Path.of(getClass().getResource("tiny-llama.gguf").toURI()));
  }

  private Blueprint blueprint(EditedGguf edited) throws IOException {
    return Blueprint.of(Checkpoint.open(edited.write(folder.resolve("edited.gguf"))));
  }

  static List<Arguments> whatNoDecoderDoes() {
    return List.of(
        Arguments.of("rope.dimension_count", 2, "2, must be 6"),
        Arguments.of("rope.scaling.type", 2, "2, must be a text"),
        Arguments.of("rope.scaling.type", "yarn", "yarn, must be none or linear"),
        Arguments.of("rope.scaling.attn_factor", 2f, "2.0, must be missing or 1"),
        Arguments.of("attn_logit_softcapping", 50, "50, must be missing or 0"),
        Arguments.of("final_logit_softcapping", 30f, "30.0, must be missing or 0"),
        Arguments.of("expert_count", 8, "8, must be missing or 0"),
        Arguments.of("attention.causal", false, "false, must be missing or true"),
        Arguments.of("attention.causal", "no", "no, must be missing or 1"),
        Arguments.of("attention.clamp_kqv", 8f, "8.0, must be missing or 0"),
        Arguments.of("attention.key_length", 1 << 30, "must be in [1, 1]"));
  }

  @ParameterizedTest
  @MethodSource("whatNoDecoderDoes")
  void whatNoDecoderDoesIsRefusedByName(String key, Object value, String message)
      throws IOException, URISyntaxException {
    EditedGguf edited = file().with("llama." + key, value);
    assertThatThrownBy(() -> blueprint(edited))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("edited.gguf: ")
        .hasMessageContaining(message);
  }

  @Test
  void whatChangesNothingIsNoReasonToRefuse() throws IOException, URISyntaxException {
    EditedGguf edited =
        file()
            .with("llama.rope.dimension_count", 6)
            .with("llama.rope.scaling.type", "none")
            .with("llama.rope.scaling.factor", 4f)
            .with("llama.expert_count", 0)
            .with("llama.attention.causal", true)
            .with("llama.final_logit_softcapping", 0f);
    assertThat(blueprint(edited).scaledFrequencies(500))
        .isEqualTo(blueprint(file()).scaledFrequencies(500));
  }

  @Test
  void aFactorWithoutATypeAndTheOldKeyScaleLinearly() throws IOException, URISyntaxException {
    String type = "llama.rope.scaling.type";
    String factor = "llama.rope.scaling.factor";
    List<Double> unscaled = blueprint(file()).scaledFrequencies(500);
    List<Double> halved = unscaled.stream().map(frequency -> frequency / 2).toList();
    for (EditedGguf edited :
        List.of(
            file().with(type, "linear").with(factor, 2f),
            file().with(factor, 2f),
            file().with("llama.rope.scale_linear", 2f))) {
      assertThat(blueprint(edited).scaledFrequencies(500)).isEqualTo(halved);
    }
    Blueprint nothing = blueprint(file().with(type, "linear"));
    assertThatThrownBy(() -> nothing.scaledFrequencies(500))
        .hasMessageContaining("llama.rope.scaling.factor is missing");
  }
}
