package io.splitgym.checkpoint;

/** IEEE 754 binary16, which Java 17 can't convert by itself. */
final class Float16 {
  private static final float LEAST_SUBNORMAL = 0x1p-24f;

  private Float16() {}

  static float toFloat(int bits) {
    int exponent = bits >> 10 & 0x1F;
    int fraction = bits & 0x3FF;
    int sign = (bits & 0x8000) << 16;
    if (exponent == 0) {
      float magnitude = fraction * LEAST_SUBNORMAL;
      return sign == 0 ? magnitude : -magnitude;
    }
    int wide = exponent == 0x1F ? 0xFF : exponent - 15 + 127;
    return Float.intBitsToFloat(sign | wide << 23 | fraction << 13);
  }
}
