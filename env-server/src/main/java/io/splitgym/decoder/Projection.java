package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.core.Linear;
import org.jspecify.annotations.Nullable;

/**
 * An affine map of rows.
 *
 * @param weight [outputs, inputs]
 * @param bias [outputs]; null where the family has none
 */
record Projection(NDArray weight, @Nullable NDArray bias) {
  /**
   * @param rows [N, inputs]
   * @return [N, outputs]
   */
  NDArray apply(NDArray rows) {
    return bias == null
        ? Linear.linear(rows, weight).singletonOrThrow()
        : Linear.linear(rows, weight, bias).singletonOrThrow();
  }
}
