package io.splitgym.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class NoiseKindTest {
  @Test
  void theContractSaysTheSame() throws IOException {
    JsonNode request =
        new YAMLMapper()
            .readTree(Path.of("..", "openapi.yaml").toFile())
            .at("/components/schemas/SplitInferenceRequest/properties");
    assertThat(
            StreamSupport.stream(
                request.path(NoiseKind.PARAMETER).path("enum").spliterator(), false))
        .extracting(JsonNode::asText)
        .containsExactlyElementsOf(Arrays.stream(NoiseKind.values()).map(NoiseKind::id).toList());
    JsonNode windows = request.path(NoiseKind.WINDOWS_PARAMETER);
    assertThat(windows.path("minimum").asInt()).isEqualTo(1);
    assertThat(windows.path("maximum").asInt()).isEqualTo(NoiseKind.MOST_WINDOWS);
    assertThat(windows.path("description").asText())
        .contains(NoiseKind.DEFAULT_WINDOWS + " unless told otherwise");
  }

  @Test
  void whatIsNoneOfThemIsRefused() {
    assertThat(NoiseKind.ofId("noise", "sampled")).isEqualTo(NoiseKind.SAMPLED);
    assertThatThrownBy(() -> NoiseKind.ofId("--noise", "loud"))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("--noise is loud, must be mean or sampled");
    assertThat(NoiseKind.requireWindows("noiseWindows", NoiseKind.MOST_WINDOWS)).isEqualTo(1024);
    assertThatThrownBy(() -> NoiseKind.requireWindows("noiseWindows", 0))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("noiseWindows is 0, must be in [1, 1024]");
  }
}
