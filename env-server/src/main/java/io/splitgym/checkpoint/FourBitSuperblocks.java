package io.splitgym.checkpoint;

/**
 * Q4_K: 256 elements in eight groups; see {@link GroupScales}. Bytes: 2 of scale, 2 of minimum, 12
 * of the groups' scales and minimums, 128 of quants, where two groups share 32 bytes.
 */
record FourBitSuperblocks() implements Dequantiser {
  private static final int BYTES = 144;

  @Override
  public void widen(byte[] bytes, int blocks, float[] into, int at) {
    int to = at;
    for (int from = 0; from < blocks * BYTES; from += BYTES) {
      float scale = LittleEndian.float16(bytes, from);
      float minimum = LittleEndian.float16(bytes, from + 2);
      for (int group = 0; group < 8; group++) {
        float step = scale * GroupScales.scale(bytes, from + 4, group);
        float least = minimum * GroupScales.minimum(bytes, from + 4, group);
        int quants = from + 16 + group / 2 * 32;
        int shift = group % 2 * 4;
        for (int i = 0; i < 32; i++) {
          into[to++] = step * (bytes[quants + i] >> shift & 0xF) - least;
        }
      }
    }
  }
}
