package io.splitgym.checkpoint;

/** IEEE 754 binary16. */
record Float16Values() implements Dequantiser {
  @Override
  public void widen(byte[] bytes, int blocks, float[] into, int at) {
    for (int i = 0; i < blocks; i++) {
      into[at + i] = LittleEndian.float16(bytes, Short.BYTES * i);
    }
  }
}
