package io.splitgym.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every type against what the Python package gguf makes of the same bytes; see {@code
 * make_quantised.py}.
 */
class DequantiserTest {
  private static final int ROWS = 2;
  private static final int COLUMNS = 512;

  @TempDir private Path folder;

  static byte[] resource(String name) throws IOException {
    try (InputStream stream = DequantiserTest.class.getResourceAsStream(name)) {
      return stream.readAllBytes();
    }
  }

  private MappedTensor stored(TensorType type) throws IOException {
    Path file = Files.write(folder.resolve("quantised.gguf"), resource("quantised.gguf"));
    MappedTensor tensor =
        Optional.ofNullable(GgufFile.open(file).tensors().get(type.name())).orElseThrow();
    assertThat(tensor.type()).isEqualTo(type);
    return tensor;
  }

  private static float[] expected(TensorType type) throws IOException {
    SafetensorsFile values = SafetensorsFile.read(resource("quantised-values.safetensors"));
    return Optional.ofNullable(values.tensors().get(type.name())).orElseThrow().values();
  }

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void givesTheSameBitsAsThePythonPackage(TensorType type) throws IOException {
    float[] expected = expected(type);
    float[] actual = new float[ROWS * COLUMNS];
    stored(type).widen(0, actual.length, actual, 0);
    for (int i = 0; i < actual.length; i++) {
      assertThat(Float.floatToIntBits(actual[i]))
          .as("element %d: %s, must be %s", i, actual[i], expected[i])
          .isEqualTo(Float.floatToIntBits(expected[i]));
    }
  }

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void readsRowsFromTheMiddle(TensorType type) throws IOException {
    CheckpointTensor tensor =
        CheckpointTensor.of("file", "w", stored(type), new Arrangement.Same());
    float[] second = new float[COLUMNS];
    tensor.rows(1, 1, second);
    float[] all = tensor.floats();
    assertThat(second).containsExactly(java.util.Arrays.copyOfRange(all, COLUMNS, 2 * COLUMNS));
  }

  @Test
  void noTypeIsLeftOut() throws IOException {
    Path file = Files.write(folder.resolve("quantised.gguf"), resource("quantised.gguf"));
    assertThat(GgufFile.open(file).tensors()).hasSize(TensorType.values().length);
  }
}
