package io.splitgym.agents.optimal;

import java.util.List;

/**
 * Undiscounted returns, of one start or averaged over many.
 *
 * @param optimal the greatest possible
 * @param alwaysStay if the split never changes; NaN if no action leaves it as it is
 * @param random the expected one if every action is as probable as any other
 */
public record StartReturns(double optimal, double alwaysStay, double random) {
  /** The share of the optimum below which its distance from random actions is rounding. */
  private static final double LEAST_WIDTH = 1e-9;

  /**
   * The normalised score of a mean return: 0 at random actions and 1 at the optimum. NaN where the
   * two are equal, since no action matters there and there is no scale to put a number on.
   */
  public double score(double meanReturn) {
    double width = optimal - random;
    return width > LEAST_WIDTH * Math.max(1, Math.abs(optimal))
        ? (meanReturn - random) / width
        : Double.NaN;
  }

  /** The means over several starts, of at least one. */
  public static StartReturns mean(List<StartReturns> starts) {
    StartReturns sum = new StartReturns(0, 0, 0);
    for (StartReturns one : starts) {
      sum = sum.plus(one, 1.0);
    }
    int count = starts.size();
    return new StartReturns(sum.optimal / count, sum.alwaysStay / count, sum.random / count);
  }

  StartReturns plus(StartReturns other, double weight) {
    return new StartReturns(
        optimal + weight * other.optimal,
        alwaysStay + weight * other.alwaysStay,
        random + weight * other.random);
  }

  double farthestFrom(StartReturns other) {
    double stay = Math.abs(alwaysStay - other.alwaysStay);
    return Math.max(
        Math.max(Math.abs(optimal - other.optimal), Math.abs(random - other.random)),
        Double.isNaN(stay) ? 0 : stay);
  }
}
