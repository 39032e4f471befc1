package io.splitgym.checkpoint;

/** IQ4_NL: laid out as Q4_0, but the four bits choose one of 16 unevenly spaced levels. */
record FourBitTableBlocks() implements Dequantiser {
  private static final int HALF = 16;
  private static final int[] LEVELS = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };

  @Override
  public void widen(byte[] bytes, int blocks, float[] into, int at) {
    for (int block = 0; block < blocks; block++) {
      int from = block * (2 + HALF);
      int to = at + block * 2 * HALF;
      float scale = LittleEndian.float16(bytes, from);
      for (int i = 0; i < HALF; i++) {
        int quants = bytes[from + 2 + i];
        into[to + i] = scale * LEVELS[quants & 0xF];
        into[to + HALF + i] = scale * LEVELS[quants >> 4 & 0xF];
      }
    }
  }
}
