package io.splitgym.validation;

/** The checks that value types share. Each returns the value it accepted. */
public final class Require {
  private Require() {}

  /**
   * A number within a closed interval.
   *
   * @throws InvalidValueException unless {@code low <= value <= high}; NaN is refused
   */
  public static double inRange(String field, double value, double low, double high) {
    if (!(value >= low && value <= high)) {
      throw new InvalidValueException(field, value, "in [" + text(low) + ", " + text(high) + "]");
    }
    return value;
  }

  /**
   * An integer within a closed interval.
   *
   * @throws InvalidValueException unless {@code low <= value <= high}
   */
  public static int inRange(String field, int value, int low, int high) {
    if (value < low || value > high) {
      throw new InvalidValueException(field, value, "in [" + low + ", " + high + "]");
    }
    return value;
  }

  /**
   * A number above zero.
   *
   * @throws InvalidValueException unless the value is finite and above zero
   */
  public static double positive(String field, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new InvalidValueException(field, value, "a finite number above 0");
    }
    return value;
  }

  /**
   * A number of at least zero.
   *
   * @throws InvalidValueException unless the value is finite and at least zero
   */
  public static double notNegative(String field, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new InvalidValueException(field, value, "a finite number of at least 0");
    }
    return value;
  }

  /**
   * An integer of at least one.
   *
   * @throws InvalidValueException unless the value is at least one
   */
  public static int positive(String field, int value) {
    if (value < 1) {
      throw new InvalidValueException(field, value, "at least 1");
    }
    return value;
  }

  /**
   * The first of several integers that follow each other, such as seeds.
   *
   * @throws InvalidValueException if there aren't as many from it on
   */
  public static long followed(String field, long first, int count) {
    if (first > Long.MAX_VALUE - count) {
      throw new InvalidValueException(
          field, first, "at most " + (Long.MAX_VALUE - count) + " with " + count + " from it on");
    }
    return first;
  }

  private static String text(double bound) {
    return bound == Math.rint(bound) && Math.abs(bound) < 1e15
        ? Long.toString((long) bound)
        : Double.toString(bound);
  }
}
