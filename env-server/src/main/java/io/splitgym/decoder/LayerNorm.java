package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * LayerNorm: (x - mean(x)) / sqrt(var(x) + epsilon) * weight + bias (Ba et al., 2016).
 *
 * @param weight [size]
 * @param bias [size]
 */
record LayerNorm(NDArray weight, NDArray bias, float epsilon) implements Norm {
  @Override
  public NDArray apply(NDArray rows) {
    Shape last = new Shape(weight.size());
    return ai.djl.nn.norm.LayerNorm.layerNorm(rows, last, weight, bias, epsilon).singletonOrThrow();
  }
}
