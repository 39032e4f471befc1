package io.splitgym.checkpoint;

/**
 * Q5_K: as {@link FourBitSuperblocks}, with 32 bytes of fifth bits before the quants, one bit of
 * each byte for a group.
 */
record FiveBitSuperblocks() implements Dequantiser {
  private static final int BYTES = 176;

  @Override
  public void widen(byte[] bytes, int blocks, float[] into, int at) {
    int to = at;
    for (int from = 0; from < blocks * BYTES; from += BYTES) {
      float scale = LittleEndian.float16(bytes, from);
      float minimum = LittleEndian.float16(bytes, from + 2);
      for (int group = 0; group < 8; group++) {
        float step = scale * GroupScales.scale(bytes, from + 4, group);
        float least = minimum * GroupScales.minimum(bytes, from + 4, group);
        int quants = from + 48 + group / 2 * 32;
        int shift = group % 2 * 4;
        for (int i = 0; i < 32; i++) {
          int low = bytes[quants + i] >> shift & 0xF;
          int fifth = bytes[from + 16 + i] >> group & 1;
          into[to++] = step * (low | fifth << 4) - least;
        }
      }
    }
  }
}
