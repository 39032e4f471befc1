package io.splitgym.checkpoint;

/** Q8_0: 32 signed bytes after a scale in float16. */
record EightBitBlocks() implements Dequantiser {
  private static final int ELEMENTS = 32;

  @Override
  public void widen(byte[] bytes, int blocks, float[] into, int at) {
    for (int block = 0; block < blocks; block++) {
      int from = block * (2 + ELEMENTS);
      float scale = LittleEndian.float16(bytes, from);
      for (int i = 0; i < ELEMENTS; i++) {
        into[at + block * ELEMENTS + i] = scale * bytes[from + 2 + i];
      }
    }
  }
}
