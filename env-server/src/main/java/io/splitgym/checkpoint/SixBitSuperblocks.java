package io.splitgym.checkpoint;

/**
 * Q6_K: 256 elements in 16 groups with a signed byte of scale each, multiples of one float16.
 * Bytes: 128 of the lower four bits, 64 of the upper two, 16 of scales, 2 of scale.
 */
record SixBitSuperblocks() implements Dequantiser {
  private static final int BYTES = 210;

  @Override
  public void widen(byte[] bytes, int blocks, float[] into, int at) {
    int to = at;
    for (int from = 0; from < blocks * BYTES; from += BYTES) {
      float scale = LittleEndian.float16(bytes, from + 208);
      for (int group = 0; group < 16; group++) {
        float step = scale * bytes[from + 192 + group];
        // Runs of 32 elements: four of them share 64 bytes of lower and 32 bytes of upper bits.
        int run = group / 2;
        int inRun = group % 2 * 16;
        int lower = from + run / 4 * 64 + run % 2 * 32 + inRun;
        int lowerShift = run % 4 / 2 * 4;
        int upper = from + 128 + run / 4 * 32 + inRun;
        int upperShift = run % 4 * 2;
        for (int i = 0; i < 16; i++) {
          int low = bytes[lower + i] >> lowerShift & 0xF;
          int high = bytes[upper + i] >> upperShift & 3;
          into[to++] = step * ((low | high << 4) - 32);
        }
      }
    }
  }
}
