package io.splitgym.agents.network;

/** Float32 functions in plain arithmetic: fast, and the same bits on every platform. */
public final class FloatMath {
  private static final float LOG2_E = 1.44269504088896341f;
  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;
  private static final float LEAST = -87;
  private static final float GREATEST = 88;
  private static final float ROUNDING = 12582912f; // 1.5 * 2^23: adding it rounds to an integer
  private static final int EXPONENT_BIAS = 127;
  private static final int MANTISSA_BITS = 23;

  private FloatMath() {}

  /**
   * e^x with a relative error below 3e-7, as Cephes' expf computes it; limited to the range of
   * normal float32 numbers.
   */
  public static float exp(float argument) {
    float x = Math.max(LEAST, Math.min(GREATEST, argument));
    float whole = x * LOG2_E + ROUNDING - ROUNDING;
    float rest = x - whole * LN2_HIGH - whole * LN2_LOW;
    float p = 1.9875691500e-4f;
    p = p * rest + 1.3981999507e-3f;
    p = p * rest + 8.3334519073e-3f;
    p = p * rest + 4.1665795894e-2f;
    p = p * rest + 1.6666665459e-1f;
    p = p * rest + 5.0000001201e-1f;
    p = p * rest * rest + rest + 1;
    return p * Float.intBitsToFloat(((int) whole + EXPONENT_BIAS) << MANTISSA_BITS);
  }
}
