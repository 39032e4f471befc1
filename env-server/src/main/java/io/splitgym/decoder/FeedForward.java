package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;

/** The network behind attention. */
sealed interface FeedForward {
  /**
   * @param normed [N, D]; not changed
   * @return [N, D]
   */
  NDArray apply(NDArray normed);

  /** With a gate (Shazeer, 2020): down(activation(gate(x)) * up(x)). */
  record Gated(Activation activation, Projection gate, Projection up, Projection down)
      implements FeedForward {
    @Override
    public NDArray apply(NDArray normed) {
      NDArray gated = activation.apply(gate.apply(normed));
      return down.apply(gated.muli(up.apply(normed)));
    }
  }

  /** Of two layers: down(activation(up(x))). */
  record Plain(Activation activation, Projection up, Projection down) implements FeedForward {
    @Override
    public NDArray apply(NDArray normed) {
      return down.apply(activation.apply(up.apply(normed)));
    }
  }
}
