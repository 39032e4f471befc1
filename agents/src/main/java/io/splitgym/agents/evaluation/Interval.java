package io.splitgym.agents.evaluation;

/**
 * An estimate and how sure it is.
 *
 * @param mean the estimate
 * @param low where its 95 % interval starts
 * @param high where it ends
 */
public record Interval(double mean, double low, double high) {
  /** How far it lies below a value, such as a return below the optimal one: its regret. */
  public Interval below(double value) {
    return new Interval(value - mean, value - high, value - low);
  }
}
