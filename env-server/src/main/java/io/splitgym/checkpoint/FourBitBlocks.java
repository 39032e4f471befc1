package io.splitgym.checkpoint;

/**
 * Q4_0 and Q4_1: 32 elements with a scale and, in Q4_1, a minimum, both in float16. The low halves
 * of the bytes are the first 16 elements.
 *
 * @param minimum whether blocks have a minimum; otherwise quants are from -8 to 7
 */
record FourBitBlocks(boolean minimum) implements Dequantiser {
  private static final int HALF = 16;

  @Override
  public void widen(byte[] bytes, int blocks, float[] into, int at) {
    int head = minimum ? 4 : 2;
    int zero = minimum ? 0 : 8;
    for (int block = 0; block < blocks; block++) {
      int from = block * (head + HALF);
      int to = at + block * 2 * HALF;
      float scale = LittleEndian.float16(bytes, from);
      // Adding -0 changes nothing, not even the sign of a zero.
      float least = minimum ? LittleEndian.float16(bytes, from + 2) : -0f;
      for (int i = 0; i < HALF; i++) {
        int quants = bytes[from + head + i];
        into[to + i] = scale * ((quants & 0xF) - zero) + least;
        into[to + HALF + i] = scale * ((quants >> 4 & 0xF) - zero) + least;
      }
    }
  }
}
