package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;

/** Brings rows to a common scale. */
sealed interface Norm permits RootMeanSquareNorm, LayerNorm {
  /**
   * @param rows [N, size]; not changed
   * @return [N, size]
   */
  NDArray apply(NDArray rows);
}
