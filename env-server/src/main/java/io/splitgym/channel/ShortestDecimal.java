package io.splitgym.channel;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * Numbers as text that reads back as the same double. Unlike {@link Double#toString}, whose digits
 * changed with Java 19, the text is the same on every Java version, so it can be part of a key or a
 * file whose hash matters.
 */
public final class ShortestDecimal {
  private static final int DIGITS_THAT_MAY_SUFFICE = 15;
  private static final int DIGITS_THAT_SUFFICE = 17;

  private ShortestDecimal() {}

  /**
   * The decimal of fewest digits, from 15 to 17, that reads back as the value; without trailing
   * zeros.
   *
   * @throws NumberFormatException if the value is not finite
   */
  public static String of(double value) {
    BigDecimal exact = new BigDecimal(value);
    for (int digits = DIGITS_THAT_MAY_SUFFICE; digits < DIGITS_THAT_SUFFICE; digits++) {
      BigDecimal rounded = exact.round(new MathContext(digits));
      if (rounded.doubleValue() == value) {
        return text(rounded);
      }
    }
    return text(exact.round(new MathContext(DIGITS_THAT_SUFFICE)));
  }

  private static String text(BigDecimal value) {
    if (value.signum() == 0) {
      return "0";
    }
    BigDecimal stripped = value.stripTrailingZeros();
    // 1E+3 would read badly, and so would 0.0000000001
    return stripped.scale() <= 0 && stripped.precision() - stripped.scale() <= 16
        ? stripped.toPlainString()
        : stripped.toString();
  }
}
