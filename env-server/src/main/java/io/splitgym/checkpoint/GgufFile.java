package io.splitgym.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A GGUF file (versions 2 and 3), memory-mapped: metadata by key, tensors by name. Format: the ggml
 * project's {@code docs/gguf.md}.
 */
public final class GgufFile {
  private final Path file;
  private final MappedBytes bytes;
  private final Map<String, Object> metadata;
  private final Map<String, GgufTensor> tensors;

  GgufFile(
      Path file, MappedBytes bytes, Map<String, Object> metadata, Map<String, GgufTensor> tensors) {
    this.file = file;
    this.bytes = bytes;
    this.metadata = Collections.unmodifiableMap(metadata);
    this.tensors = Collections.unmodifiableMap(tensors);
  }

  /**
   * Maps a file and reads its header; the tensors' numbers stay on disk until they are asked for.
   *
   * @throws MalformedCheckpointException if a length, offset, count or type is out of range
   * @throws IOException if the file can't be read
   */
  public static GgufFile open(Path file) throws IOException {
    return new GgufHeaderReader(file, MappedBytes.of(file)).read();
  }

  /**
   * The metadata: values are {@link Long} (all integer types), {@link Double}, {@link Boolean},
   * {@link String} or a {@link List} of these.
   */
  public Map<String, Object> metadata() {
    return metadata;
  }

  /** All tensors by name, in the file's order. */
  public Map<String, GgufTensor> tensors() {
    return tensors;
  }

  /**
   * A text of the metadata.
   *
   * @throws MalformedCheckpointException if it is missing or no text
   */
  public String text(String key) throws MalformedCheckpointException {
    return value(key, String.class);
  }

  /**
   * A whole number of the metadata, at least 1 and small enough for an int.
   *
   * @throws MalformedCheckpointException if it is missing, no number or out of range
   */
  public int count(String key) throws MalformedCheckpointException {
    long value = value(key, Long.class);
    if (value < 1 || value > Integer.MAX_VALUE) {
      throw new MalformedCheckpointException(
          file + ": " + key + " is " + value + ", must be in [1, " + Integer.MAX_VALUE + "]");
    }
    return (int) value;
  }

  /**
   * A positive finite number of the metadata.
   *
   * @throws MalformedCheckpointException if it is missing, no number or out of range
   */
  public double number(String key) throws MalformedCheckpointException {
    double value = value(key, Double.class);
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new MalformedCheckpointException(
          file + ": " + key + " is " + value + ", must be a finite number above 0");
    }
    return value;
  }

  /**
   * A list of texts of the metadata.
   *
   * @throws MalformedCheckpointException if it is missing or holds anything but texts
   */
  public List<String> texts(String key) throws MalformedCheckpointException {
    return list(key, String.class);
  }

  /**
   * A list of whole numbers of the metadata.
   *
   * @throws MalformedCheckpointException if it is missing or holds anything but whole numbers
   */
  public List<Long> wholeNumbers(String key) throws MalformedCheckpointException {
    return list(key, Long.class);
  }

  /** The value of that key, where there is one of that kind. */
  public <T> Optional<T> find(String key, Class<T> kind) {
    return Optional.ofNullable(metadata.get(key)).filter(kind::isInstance).map(kind::cast);
  }

  /**
   * A tensor's numbers, widened to float32.
   *
   * @param shape what the caller counts on, outermost first
   * @return row-major
   * @throws MalformedCheckpointException if there is no such tensor or its shape is another
   */
  public float[] floats(String name, int... shape) throws MalformedCheckpointException {
    GgufTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new MalformedCheckpointException(file + ": tensor " + name + " is missing");
    }
    List<Integer> expected = java.util.Arrays.stream(shape).boxed().toList();
    if (!tensor.shape().equals(expected)) {
      throw new MalformedCheckpointException(
          file + ": tensor " + name + " has shape " + tensor.shape() + ", must be " + expected);
    }
    if (tensor.elements() > Integer.MAX_VALUE - 8) {
      throw new MalformedCheckpointException(
          file
              + ": tensor "
              + name
              + " has "
              + tensor.elements()
              + " elements, too many for an"
              + " array");
    }
    float[] numbers = new float[(int) tensor.elements()];
    tensor.type().widen(bytes, tensor.offset(), numbers, 0, numbers.length);
    return numbers;
  }

  private <T> T value(String key, Class<T> kind) throws MalformedCheckpointException {
    Object value = metadata.get(key);
    if (!kind.isInstance(value)) {
      throw new MalformedCheckpointException(
          file
              + ": metadata "
              + key
              + (value == null ? " is missing" : " is no " + kind.getSimpleName()));
    }
    return kind.cast(value);
  }

  private <T> List<T> list(String key, Class<T> kind) throws MalformedCheckpointException {
    List<?> values = value(key, List.class);
    for (Object value : values) {
      if (!kind.isInstance(value)) {
        throw new MalformedCheckpointException(
            file + ": metadata " + key + " holds " + value + ", must hold " + kind.getSimpleName());
      }
    }
    return values.stream().map(kind::cast).toList();
  }
}
