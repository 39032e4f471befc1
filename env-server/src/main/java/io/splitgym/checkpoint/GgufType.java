package io.splitgym.checkpoint;

import io.splitgym.validation.InvalidValueException;

/**
 * How a GGUF tensor's numbers are stored. Block layouts as in ggml's {@code ggml-common.h}: a scale
 * (and, for the {@code _1} types, a minimum) in float16 before the quants; in the 4-bit types the
 * low halves of the bytes come first.
 */
public enum GgufType {
  F32(0, 1, 4),
  F16(1, 1, 2),
  Q4_0(2, 32, 18),
  Q4_1(3, 32, 20),
  Q8_0(8, 32, 34),
  BF16(30, 1, 2);

  private final int code;
  private final int blockElements;
  private final int blockBytes;

  GgufType(int code, int blockElements, int blockBytes) {
    this.code = code;
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
  }

  /** Elements that share one block; rows are whole multiples of it. */
  public int blockElements() {
    return blockElements;
  }

  /** Bytes of one block. */
  public int blockBytes() {
    return blockBytes;
  }

  static GgufType ofCode(String tensor, int code) {
    for (GgufType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    throw new InvalidValueException(
        "type of tensor " + tensor, code, "one of F32, F16, BF16, Q8_0, Q4_0 and Q4_1");
  }

  /**
   * Widens whole blocks to float32.
   *
   * @param from the first block's first byte
   * @param count elements, a multiple of {@link #blockElements}
   */
  void widen(MappedBytes bytes, long from, float[] into, int at, int count) {
    for (int done = 0; done < count; done += blockElements) {
      long block = from + (long) (done / blockElements) * blockBytes;
      switch (this) {
        case F32 -> into[at + done] = bytes.float32(block);
        case F16 -> into[at + done] = Float16.toFloat(bytes.int16(block));
        case BF16 -> into[at + done] = Float.intBitsToFloat(bytes.int16(block) << 16);
        case Q8_0 -> {
          float scale = Float16.toFloat(bytes.int16(block));
          for (int i = 0; i < blockElements; i++) {
            into[at + done + i] = scale * bytes.int8(block + 2 + i);
          }
        }
        case Q4_0 -> widenNibbles(bytes, block, 2, -8f, 0f, into, at + done);
        case Q4_1 ->
            widenNibbles(
                bytes, block, 4, 0f, Float16.toFloat(bytes.int16(block + 2)), into, at + done);
      }
    }
  }

  private void widenNibbles(
      MappedBytes bytes, long block, int head, float offset, float minimum, float[] into, int at) {
    float scale = Float16.toFloat(bytes.int16(block));
    int half = blockElements / 2;
    for (int i = 0; i < half; i++) {
      int quants = bytes.int8(block + head + i);
      into[at + i] = scale * ((quants & 0xF) + offset) + minimum;
      into[at + i + half] = scale * ((quants >> 4 & 0xF) + offset) + minimum;
    }
  }
}
