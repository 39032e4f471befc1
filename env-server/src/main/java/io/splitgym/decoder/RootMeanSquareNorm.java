package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;

/**
 * RMSNorm: x / sqrt(mean(x^2) + epsilon) * weight (Zhang and Sennrich, 2019).
 *
 * @param weight [size]
 */
record RootMeanSquareNorm(NDArray weight, float epsilon) implements Norm {
  @Override
  public NDArray apply(NDArray rows) {
    NDArray scale = rows.square().mean(new int[] {-1}, true).addi(epsilon).sqrt();
    return rows.div(scale).muli(weight);
  }
}
