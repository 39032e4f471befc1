package io.splitgym.channel;

import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;

/** A closed interval of finite numbers; the two ends may be equal. */
public record Range(double low, double high) {
  public Range {
    if (!(low <= high && Double.isFinite(low) && Double.isFinite(high))) {
      throw new InvalidValueException(
          "range", "[" + low + ", " + high + "]", "two finite numbers in ascending order");
    }
  }

  public boolean contains(double value) {
    return value >= low && value <= high;
  }

  /** The nearest number of the interval. */
  public double clip(double value) {
    return Math.max(low, Math.min(high, value));
  }

  /**
   * Folds a finite number into the interval, as if its ends were mirrors. Unlike {@link #clip}, it
   * heaps no probability on the ends.
   */
  public double reflect(double value) {
    double width = high - low;
    if (width == 0) {
      return low;
    }
    double turns = (value - low) / (2 * width);
    double place = 2 * width * (turns - Math.floor(turns));
    return clip(low + (place > width ? 2 * width - place : place));
  }

  /** A uniform draw; takes one number from the stream, even where the ends are equal. */
  public double draw(RandomStream random) {
    return random.nextUniform(low, high);
  }

  @Override
  public String toString() {
    return "[" + text(low) + ", " + text(high) + "]";
  }

  private static String text(double end) {
    return end == Math.rint(end) && Math.abs(end) < 1e15
        ? Long.toString((long) end)
        : Double.toString(end);
  }
}
