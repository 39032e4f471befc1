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

  private static final int MANTISSA = (1 << MANTISSA_BITS) - 1;
  private static final int HALF = Float.floatToRawIntBits(0.5f);
  private static final float ROOT_OF_HALF = 0.707106781186547524f;

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

  /**
   * ln x with an error below 2e-7 of itself, or 4e-8 where that is more, as Cephes' logf computes
   * it.
   *
   * @param x a normal float32 number above 0
   */
  public static float log(float x) {
    int bits = Float.floatToRawIntBits(x);
    int exponent = (bits >>> MANTISSA_BITS) - EXPONENT_BIAS + 1;
    float fraction = Float.intBitsToFloat((bits & MANTISSA) | HALF);
    if (fraction < ROOT_OF_HALF) {
      exponent--;
      fraction += fraction;
    }
    float f = fraction - 1;
    float square = f * f;
    float p = 7.0376836292e-2f;
    p = p * f - 1.1514610310e-1f;
    p = p * f + 1.1676998740e-1f;
    p = p * f - 1.2420140846e-1f;
    p = p * f + 1.4249322787e-1f;
    p = p * f - 1.6668057665e-1f;
    p = p * f + 2.0000714765e-1f;
    p = p * f - 2.4999993993e-1f;
    p = p * f + 3.3333331174e-1f;
    float rest = p * f * square + exponent * LN2_LOW - 0.5f * square;
    return f + rest + exponent * LN2_HIGH;
  }
}
