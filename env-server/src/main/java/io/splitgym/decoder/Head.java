package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;

/** What makes logits of the normed states after the last layer. */
record Head(Projection output, WeightReader weights) implements HeldWeights {
  /**
   * @param normed [N, D]; not changed
   * @return [N, V]
   */
  NDArray apply(NDArray normed) {
    return output.apply(normed);
  }
}
