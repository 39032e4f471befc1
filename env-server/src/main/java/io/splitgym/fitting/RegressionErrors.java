package io.splitgym.fitting;

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
    double mean = cells.stream().mapToDouble(Cell::target).sum() / cells.size();
    double absolute = 0;
    double squares = 0;
    double variance = 0;
    double greatest = 0;
    for (Cell cell : cells) {
      double error = prediction.applyAsDouble(cell) - cell.target();
      absolute += Math.abs(error);
      squares += error * error;
      variance += (cell.target() - mean) * (cell.target() - mean);
      greatest = Math.max(greatest, Math.abs(error));
    }
    return new RegressionErrors(
        absolute / cells.size(),
        Math.sqrt(squares / cells.size()),
        1 - squares / variance,
        greatest);
  }
}
