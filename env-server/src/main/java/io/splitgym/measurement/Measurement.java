package io.splitgym.measurement;

import io.splitgym.perplexity.SplitEvaluator;
import io.splitgym.perplexity.WindowLosses;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;

/**
 * One draw at one cell: what the LLM lost on each window.
 *
 * @param losses finite
 * @param seconds wall time of the evaluation, in whole milliseconds
 */
public record Measurement(MeasurementKey key, WindowLosses losses, double seconds) {
  private static final double NANOSECONDS_IN_A_MILLISECOND = 1e6;

  public Measurement {
    for (double sum : losses.sums()) {
      if (!Double.isFinite(sum)) {
        throw new InvalidValueException("loss of a window at " + key, sum, "finite");
      }
    }
    Require.notNegative("seconds", seconds);
  }

  /** Evaluates a cell and times it. */
  static Measurement take(SplitEvaluator evaluator, MeasurementKey key) {
    long start = System.nanoTime();
    WindowLosses losses = evaluator.evaluate(key.split(), key.transmission(), key.noiseSeed());
    double milliseconds = (System.nanoTime() - start) / NANOSECONDS_IN_A_MILLISECOND;
    return new Measurement(key, losses, Math.rint(milliseconds) / 1000);
  }

  /** The token-weighted mean negative log-likelihood in nats: ln PPL. */
  public double logPerplexity() {
    return losses.mean();
  }
}
