package io.splitgym.checkpoint;

/** IEEE 754 binary32. */
record Float32Values() implements Dequantiser {
  @Override
  public void widen(byte[] bytes, int blocks, float[] into, int at) {
    for (int i = 0; i < blocks; i++) {
      into[at + i] = Float.intBitsToFloat(LittleEndian.int32(bytes, Float.BYTES * i));
    }
  }
}
