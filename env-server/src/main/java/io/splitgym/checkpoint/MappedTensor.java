package io.splitgym.checkpoint;

import java.util.List;

/**
 * A tensor as it lies in a mapped file.
 *
 * @param shape outermost dimension first, as in NumPy
 * @param bytes the file
 * @param offset of the first byte, from the file's start
 */
record MappedTensor(
    String name, TensorType type, List<Integer> shape, MappedBytes bytes, long offset) {
  private static final int BUFFER = 1 << 16;

  MappedTensor {
    shape = List.copyOf(shape);
  }

  long elements() {
    return shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
  }

  /** The bytes that it takes in the file. */
  long storedBytes() {
    return elements() / type.blockElements() * type.blockBytes();
  }

  /**
   * Widens elements, which are counted row by row.
   *
   * @param first the first one's number, a multiple of the type's block
   * @param count how many, a multiple of the type's block
   */
  void widen(long first, int count, float[] into, int at) {
    int blocks = count / type.blockElements();
    int atATime = Math.max(1, Math.min(blocks, BUFFER / type.blockBytes()));
    byte[] buffer = new byte[atATime * type.blockBytes()];
    long from = offset + first / type.blockElements() * type.blockBytes();
    for (int done = 0; done < blocks; done += atATime) {
      int now = Math.min(atATime, blocks - done);
      bytes.copy(from + (long) done * type.blockBytes(), buffer, 0, now * type.blockBytes());
      type.dequantiser().widen(buffer, now, into, at + done * type.blockElements());
    }
  }
}
