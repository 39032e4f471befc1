package io.splitgym.transport;

import io.splitgym.validation.InvalidValueException;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * How the elements of a token become bits. A codec here is the round trip: values in, what a
 * receiver decodes out. Encoding what was decoded changes nothing.
 *
 * <p>The floating-point formats round to nearest, ties to even, as IEEE 754 does; beyond their
 * range they saturate instead of overflowing, since an infinity would leave no loss to measure. NaN
 * stays NaN.
 *
 * <p>The integers are symmetric with one scale for each token, its greatest magnitude over the
 * greatest integer (absmax quantisation; Dettmers et al., "LLM.int8()", 2022). The scale is a
 * float32 rounded up to 17 significant bits, so that every integer times the scale is exact. It is
 * taken over finite elements; infinities saturate and NaN becomes 0.
 */
public enum Codec {
  /** As the user equipment computed it. */
  F32("f32", 32, 0) {
    @Override
    public void roundTrip(float[] values, int from, int to) {
      // 32 bits hold every element
    }
  },

  /** IEEE 754 binary16: 10 bits of fraction, magnitudes up to 65,504. */
  F16("f16", 16, 0) {
    @Override
    public void roundTrip(float[] values, int from, int to) {
      round(values, from, to, 10, -14, 65_504);
    }
  },

  /** The upper half of float32: 7 bits of fraction, float32's range. */
  BF16("bf16", 16, 0) {
    @Override
    public void roundTrip(float[] values, int from, int to) {
      round(values, from, to, 7, Float.MIN_EXPONENT, 0x1.FEp127);
    }
  },

  /** Integers in [-127, 127] with one scale for each token. */
  INT8("int8", 8, Float.SIZE) {
    @Override
    public void roundTrip(float[] values, int from, int to) {
      quantise(values, from, to, 127);
    }
  },

  /** Integers in [-7, 7] with one scale for each token. */
  INT4("int4", 4, Float.SIZE) {
    @Override
    public void roundTrip(float[] values, int from, int to) {
      quantise(values, from, to, 7);
    }
  };

  /** 24 bits of significand less the 7 of the greatest integer. */
  private static final int FREE_BITS_OF_SCALE = 0x7F;

  private final String id;
  private final int elementBits;
  private final int scaleBits;

  Codec(String id, int elementBits, int scaleBits) {
    this.id = id;
    this.elementBits = elementBits;
    this.scaleBits = scaleBits;
  }

  /**
   * Puts in place of one token's elements what a receiver decodes of them. Only those are touched.
   *
   * @param values float32, of any number of tokens
   * @param from the token's first element in {@code values}
   * @param to behind its last element
   */
  public abstract void roundTrip(float[] values, int from, int to);

  /** The name used on the command line and in requests. */
  public String id() {
    return id;
  }

  /** How many bits an element takes; two of int4 make a byte. */
  public int elementBits() {
    return elementBits;
  }

  /**
   * How many bits a token's scale takes, which its elements need wherever some of them are to be
   * decoded; 0 of floating-point formats.
   */
  public int scaleBits() {
    return scaleBits;
  }

  /** Whether the receiver decodes what was sent, to the bit. */
  public boolean exact() {
    return this == F32;
  }

  /** The least whole bytes that hold an element which can be decoded. */
  int leastBytes() {
    return (scaleBits + elementBits + Byte.SIZE - 1) / Byte.SIZE;
  }

  /** All names, as a refusal lists them. */
  public static String ids() {
    return Arrays.stream(values()).map(Codec::id).collect(Collectors.joining(", "));
  }

  /**
   * The codec of that name.
   *
   * @param field named if there is none
   * @throws InvalidValueException if there is none
   */
  public static Codec ofId(String field, String id) {
    return Arrays.stream(values())
        .filter(codec -> codec.id.equals(id))
        .findFirst()
        .orElseThrow(() -> new InvalidValueException(field, id, "one of " + ids()));
  }

  /**
   * Rounds to a binary floating-point format.
   *
   * @param fraction its bits behind the point
   * @param leastExponent of its normal numbers; below, steps stay as they are there
   * @param greatest its greatest finite number
   */
  private static void round(
      float[] values, int from, int to, int fraction, int leastExponent, double greatest) {
    for (int i = from; i < to; i++) {
      double value = values[i];
      int exponent = Math.max(Math.getExponent(values[i]), leastExponent);
      double step = Math.scalb(1.0, exponent - fraction);
      // the division and the product are exact, so this rounds once
      double rounded = Math.rint(value / step) * step;
      values[i] = (float) Math.max(-greatest, Math.min(greatest, rounded));
    }
  }

  private static void quantise(float[] values, int from, int to, int greatest) {
    float most = 0;
    for (int i = from; i < to; i++) {
      float magnitude = Math.abs(values[i]);
      if (magnitude <= Float.MAX_VALUE) {
        most = Math.max(most, magnitude);
      }
    }
    float scale = roundedUp((float) ((double) most / greatest));
    for (int i = from; i < to; i++) {
      values[i] = scale == 0 || Float.isNaN(values[i]) ? 0 : decoded(values[i], scale, greatest);
    }
  }

  private static float decoded(float value, double scale, int greatest) {
    int integer = (int) Math.rint(Math.max(-greatest, Math.min(greatest, value / scale)));
    double exact = integer * scale;
    // a scale that was rounded up may lead beyond float32 at its very end
    return (float) Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, exact));
  }

  private static float roundedUp(float scale) {
    return Float.intBitsToFloat(
        (Float.floatToIntBits(scale) + FREE_BITS_OF_SCALE) & ~FREE_BITS_OF_SCALE);
  }
}
