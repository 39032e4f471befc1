package io.splitgym.checkpoint;

/**
 * Q2_K: 256 elements in 16 groups, each with four bits of scale and four of minimum; these are
 * multiples of two float16 at the block's end. Bytes: 16 of scales and minimums, 64 of quants, 2 of
 * scale, 2 of minimum.
 */
record TwoBitSuperblocks() implements Dequantiser {
  private static final int BYTES = 84;

  @Override
  public void widen(byte[] bytes, int blocks, float[] into, int at) {
    int to = at;
    for (int from = 0; from < blocks * BYTES; from += BYTES) {
      float scale = LittleEndian.float16(bytes, from + 80);
      float minimum = LittleEndian.float16(bytes, from + 82);
      for (int group = 0; group < 16; group++) {
        int packed = bytes[from + group];
        float step = scale * (packed & 0xF);
        float least = minimum * (packed >> 4 & 0xF);
        // Eight groups share 32 bytes of quants: four pairs of bits, of 16 bytes twice each.
        int quants = from + 16 + group / 8 * 32 + group % 2 * 16;
        int shift = group % 8 / 2 * 2;
        for (int i = 0; i < 16; i++) {
          into[to++] = step * (bytes[quants + i] >> shift & 3) - least;
        }
      }
    }
  }
}
