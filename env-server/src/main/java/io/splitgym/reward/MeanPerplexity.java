package io.splitgym.reward;

import io.splitgym.validation.InvalidValueException;
import java.util.OptionalDouble;

/**
 * The mean of ln PPL over fading and noise, as far as it is known.
 *
 * @param value in nats
 * @param spread one standard deviation of the error of {@code value}, in nats; what it comes from
 *     is for {@code source} to say; empty where nothing is known of it
 */
public record MeanPerplexity(double value, OptionalDouble spread, Source source) {
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
    if (spread.isPresent() && !(spread.getAsDouble() >= 0)) {
      throw new InvalidValueException("spread", spread.getAsDouble(), "at least 0");
    }
  }
}
