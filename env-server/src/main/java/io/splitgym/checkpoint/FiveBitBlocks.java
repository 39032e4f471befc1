package io.splitgym.checkpoint;

/**
 * Q5_0 and Q5_1: as {@link FourBitBlocks}, with the fifth bits of all 32 elements in four bytes of
 * their own before the rest.
 *
 * @param minimum whether blocks have a minimum; otherwise quants are from -16 to 15
 */
record FiveBitBlocks(boolean minimum) implements Dequantiser {
  private static final int HALF = 16;

  @Override
  public void widen(byte[] bytes, int blocks, float[] into, int at) {
    int head = minimum ? 4 : 2;
    int zero = minimum ? 0 : 16;
    for (int block = 0; block < blocks; block++) {
      int from = block * (head + 4 + HALF);
      int to = at + block * 2 * HALF;
      float scale = LittleEndian.float16(bytes, from);
      // Adding -0 changes nothing, not even the sign of a zero.
      float least = minimum ? LittleEndian.float16(bytes, from + 2) : -0f;
      int fifths = LittleEndian.int32(bytes, from + head);
      for (int i = 0; i < HALF; i++) {
        int quants = bytes[from + head + 4 + i];
        int low = quants & 0xF | (fifths >> i & 1) << 4;
        int high = quants >> 4 & 0xF | (fifths >> i + HALF & 1) << 4;
        into[to + i] = scale * (low - zero) + least;
        into[to + HALF + i] = scale * (high - zero) + least;
      }
    }
  }
}
