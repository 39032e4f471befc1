package io.splitgym.fitting;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How far predictions are from their targets.
 *
 * @param mae mean absolute error in nats
 * @param rmse root of the mean squared error in nats
 * @param r2 the share of the targets' variance that is explained; at most 1
 * @param greatest absolute error in nats
 */
public record RegressionErrors(double mae, double rmse, double r2, double greatest) {
  static RegressionErrors of(List<Cell> cells, ToDoubleFunction<Cell> prediction) {
    return of(
        cells.stream().mapToDouble(Cell::target).toArray(),
        cells.stream().mapToDouble(prediction).toArray());
  }

  /**
   * Compares predictions with their targets, both in nats.
   *
   * @param targets at least one
   * @param predictions as many, in the same order
   */
  public static RegressionErrors of(double[] targets, double[] predictions) {
    double mean = Arrays.stream(targets).sum() / targets.length;
    double absolute = 0;
    double squares = 0;
    double variance = 0;
    double greatest = 0;
    for (int i = 0; i < targets.length; i++) {
      double error = predictions[i] - targets[i];
      absolute += Math.abs(error);
      squares += error * error;
      variance += (targets[i] - mean) * (targets[i] - mean);
      greatest = Math.max(greatest, Math.abs(error));
    }
    return new RegressionErrors(
        absolute / targets.length,
        Math.sqrt(squares / targets.length),
        1 - squares / variance,
        greatest);
  }
}
