package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.jni.IValue;
import org.jspecify.annotations.Nullable;

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

  /**
   * Either, inside of {@link ScriptedArithmetic}.
   *
   * @param gate null where there is none
   */
  record Packed(
      ScriptedArithmetic arithmetic,
      Activation activation,
      @Nullable IValue gate,
      IValue up,
      IValue down)
      implements FeedForward {
    @Override
    public NDArray apply(NDArray normed) {
      return arithmetic.feedForward(normed, activation, gate, up, down);
    }
  }
}
