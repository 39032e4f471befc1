package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;

/** The nonlinearity of a feed-forward network. */
enum Activation {
  /** x * sigmoid(x), also called swish (Ramachandran et al., 2017). */
  SILU("silu") {
    @Override
    NDArray apply(NDArray values) {
      return ai.djl.nn.Activation.swish(values, 1f);
    }
  },
  /** The Gaussian error linear unit in its approximation by tanh (Hendrycks and Gimpel, 2016). */
  GELU_TANH("gelu_tanh") {
    @Override
    NDArray apply(NDArray values) {
      NDArray inner =
          values
              .square()
              .muli(values)
              .muli(0.044715f)
              .addi(values)
              .muli(SQUARE_ROOT_OF_TWO_OVER_PI);
      return inner.tanh().addi(1f).muli(values).muli(0.5f);
    }
  };

  private static final float SQUARE_ROOT_OF_TWO_OVER_PI = (float) Math.sqrt(2 / Math.PI);

  private final String text;

  Activation(String text) {
    this.text = text;
  }

  /** As the modules of {@link ScriptedArithmetic} call it. */
  String text() {
    return text;
  }

  /**
   * @param values may be changed
   */
  abstract NDArray apply(NDArray values);
}
