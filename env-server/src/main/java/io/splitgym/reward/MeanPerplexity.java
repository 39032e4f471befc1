package io.splitgym.reward;

import io.splitgym.validation.InvalidValueException;
import java.util.OptionalDouble;

/**
 * The mean of ln PPL over fading and noise, as far as it is known, and how far draws lie from it.
 *
 * @param value in nats
 * @param spread one standard deviation of the error of {@code value}, in nats; what it comes from
 *     is for {@code source} to say; empty where nothing is known of it
 * @param drawDeviation the standard deviation in nats of one draw of fading and noise over a whole
 *     text; empty where nothing is known of it
 */
public record MeanPerplexity(
    double value, OptionalDouble spread, OptionalDouble drawDeviation, Source source) {
  /** Where a mean comes from. */
  public enum Source {
    /** A fit; the spread is its root-mean-square error on cells that it hadn't seen. */
    SURROGATE,
    /** Measurements of this very cell; the spread is the standard error of their mean. */
    MEASURED
  }

  public MeanPerplexity {
    if (!Double.isFinite(value)) {
      throw new ArithmeticException("the mean of ln PPL is " + value + ", must be finite");
    }
    requireNotNegative("spread", spread);
    requireNotNegative("drawDeviation", drawDeviation);
  }

  private static void requireNotNegative(String field, OptionalDouble value) {
    if (value.isPresent() && !(value.getAsDouble() >= 0)) {
      throw new InvalidValueException(field, value.getAsDouble(), "at least 0");
    }
  }
}
