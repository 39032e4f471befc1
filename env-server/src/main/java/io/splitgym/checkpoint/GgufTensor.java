package io.splitgym.checkpoint;

import java.util.List;

/**
 * A tensor in a GGUF file.
 *
 * @param shape outermost dimension first, as in NumPy; GGUF itself lists the innermost first
 * @param offset of the first byte, from the file's start
 */
public record GgufTensor(String name, GgufType type, List<Integer> shape, long offset) {
  public GgufTensor {
    shape = List.copyOf(shape);
  }

  /** The number of elements. */
  public long elements() {
    return shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
  }

  /** The bytes that it takes in the file. */
  public long bytes() {
    return elements() / type.blockElements() * type.blockBytes();
  }
}
