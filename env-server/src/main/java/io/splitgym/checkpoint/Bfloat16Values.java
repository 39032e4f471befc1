package io.splitgym.checkpoint;

/** The upper half of binary32. */
record Bfloat16Values() implements Dequantiser {
  @Override
  public void widen(byte[] bytes, int blocks, float[] into, int at) {
    for (int i = 0; i < blocks; i++) {
      into[at + i] = Float.intBitsToFloat(LittleEndian.int16(bytes, Short.BYTES * i) << 16);
    }
  }
}
