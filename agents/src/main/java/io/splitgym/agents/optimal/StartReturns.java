package io.splitgym.agents.optimal;

/**
 * Undiscounted returns, of one start or averaged over many.
 *
 * @param optimal the greatest possible
 * @param alwaysStay if the split never changes; NaN if no action leaves it as it is
 * @param random the expected one if every action is as probable as any other
 */
public record StartReturns(double optimal, double alwaysStay, double random) {
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
