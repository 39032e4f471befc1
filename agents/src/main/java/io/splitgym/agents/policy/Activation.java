package io.splitgym.agents.policy;

import io.splitgym.validation.InvalidValueException;
import java.util.Locale;

/**
 * What a network's hidden layers do to their sums. Plain float32 arithmetic in a fixed order: the
 * same bits on every platform, and loops that a compiler turns into vector instructions.
 */
public enum Activation {
  /** max(x, 0). */
  RELU {
    @Override
    public void apply(float[] values, int count) {
      for (int i = 0; i < count; i++) {
        values[i] = Math.max(values[i], 0);
      }
    }

    @Override
    public void timesDerivative(float[] gradient, float[] outputs, int count) {
      for (int i = 0; i < count; i++) {
        gradient[i] = outputs[i] > 0 ? gradient[i] : 0;
      }
    }
  },

  /** The hyperbolic tangent, to within {@value #TANH_ERROR}. */
  TANH {
    @Override
    public void apply(float[] values, int count) {
      for (int i = 0; i < count; i++) {
        values[i] = tanh(values[i]);
      }
    }

    @Override
    public void timesDerivative(float[] gradient, float[] outputs, int count) {
      for (int i = 0; i < count; i++) {
        gradient[i] = gradient[i] * (1 - outputs[i] * outputs[i]);
      }
    }
  };

  /** The greatest absolute error of {@link #TANH}. */
  public static final double TANH_ERROR = 4e-7;

  private static final float TANH_SATURATES = 7.90531110763549805f;

  /**
   * Replaces sums by what they become.
   *
   * @param count how many of the values, from the first on
   */
  public abstract void apply(float[] values, int count);

  /**
   * Multiplies a gradient with the derivative, which follows from the layer's outputs.
   *
   * @param gradient with respect to the outputs; becomes that with respect to the sums
   * @param count how many of the values, from the first on
   */
  public abstract void timesDerivative(float[] gradient, float[] outputs, int count);

  /** The name used in files. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @throws InvalidValueException unless it is one of the names
   */
  public static Activation ofText(String text) {
    for (Activation activation : values()) {
      if (activation.text().equals(text)) {
        return activation;
      }
    }
    throw new InvalidValueException("activation", text, "relu or tanh");
  }

  /**
   * Pade-like quotient of an odd polynomial of degree 13 and an even one of degree 6, the minimax
   * approximation that Eigen and XLA use; beyond {@value #TANH_SATURATES} a float32 tanh is 1.
   */
  private static float tanh(float argument) {
    float x = Math.max(-TANH_SATURATES, Math.min(TANH_SATURATES, argument));
    float s = x * x;
    float odd = -2.76076847742355e-16f * s + 2.00018790482477e-13f;
    odd = odd * s + -8.60467152213735e-11f;
    odd = odd * s + 5.12229709037114e-08f;
    odd = odd * s + 1.48572235717979e-05f;
    odd = odd * s + 6.37261928875436e-04f;
    odd = odd * s + 4.89352455891786e-03f;
    float even = 1.19825839466702e-06f * s + 1.18534705686654e-04f;
    even = even * s + 2.26843463243900e-03f;
    even = even * s + 4.89352518554385e-03f;
    return odd * x / even;
  }
}
