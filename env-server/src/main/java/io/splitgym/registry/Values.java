package io.splitgym.registry;

import io.splitgym.validation.InvalidValueException;
import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** Numbers of any type as the two types that requests have. A text is never a number. */
public final class Values {
  private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger GREATEST = BigInteger.valueOf(Long.MAX_VALUE);

  private Values() {}

  /**
   * An integer; 2.0 is one too, as JSON Schema has it.
   *
   * @throws MalformedRequestException if the value isn't an integer
   * @throws InvalidValueException if 64 bits can't hold it
   */
  public static long integer(String field, @Nullable Object value) {
    if (!(value instanceof Number number) || !isInteger(value)) {
      throw MalformedRequestException.wrongType(field, value, "an integer");
    }
    if (number instanceof Long || number instanceof Integer) {
      return number.longValue();
    }
    BigInteger exact =
        number instanceof BigInteger big
            ? big
            : new BigDecimal(number.doubleValue()).toBigIntegerExact();
    if (exact.compareTo(LEAST) < 0 || exact.compareTo(GREATEST) > 0) {
      throw new InvalidValueException(field, value, "in [" + LEAST + ", " + GREATEST + "]");
    }
    return exact.longValueExact();
  }

  /**
   * A finite number.
   *
   * @throws MalformedRequestException if the value isn't a number
   * @throws InvalidValueException if it isn't finite as a double
   */
  public static double number(String field, @Nullable Object value) {
    if (!(value instanceof Number number)) {
      throw MalformedRequestException.wrongType(field, value, "a number");
    }
    double real = number.doubleValue();
    if (!Double.isFinite(real)) {
      throw new InvalidValueException(field, value, "a finite number");
    }
    return real;
  }

  static boolean isInteger(@Nullable Object value) {
    return value instanceof Long
        || value instanceof Integer
        || value instanceof BigInteger
        || (value instanceof Double real && Double.isFinite(real) && real == Math.rint(real));
  }
}
