package io.splitgym.checkpoint;

/**
 * Q3_K: 256 elements in 16 groups with six bits of signed scale each, multiples of one float16.
 * Bytes: 32 of third bits, 64 of the two lower bits, 12 of scales, 2 of scale.
 */
record ThreeBitSuperblocks() implements Dequantiser {
  private static final int BYTES = 110;

  @Override
  public void widen(byte[] bytes, int blocks, float[] into, int at) {
    int to = at;
    for (int from = 0; from < blocks * BYTES; from += BYTES) {
      float scale = LittleEndian.float16(bytes, from + 108);
      for (int group = 0; group < 16; group++) {
        float step = scale * (groupScale(bytes, from + 96, group) - 32);
        int quants = from + 32 + group / 8 * 32 + group % 2 * 16;
        int shift = group % 8 / 2 * 2;
        int thirds = from + group % 2 * 16;
        for (int i = 0; i < 16; i++) {
          int low = bytes[quants + i] >> shift & 3;
          // A third bit that is set means no offset.
          int offset = (bytes[thirds + i] >> group / 2 & 1) == 0 ? 4 : 0;
          into[to++] = step * (low - offset);
        }
      }
    }
  }

  /** The lower four bits are in the first 8 bytes, the upper two in the last 4. */
  private static int groupScale(byte[] bytes, int scales, int group) {
    int low = bytes[scales + group % 8] >> group / 8 * 4 & 0xF;
    int high = bytes[scales + 8 + group % 4] >> group / 4 * 2 & 3;
    return low | high << 4;
  }
}
