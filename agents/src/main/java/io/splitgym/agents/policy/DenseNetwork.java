package io.splitgym.agents.policy;

import io.splitgym.validation.InvalidValueException;
import java.util.Arrays;
import java.util.List;

/**
 * A multilayer perceptron with a linear output, evaluated in plain Java with float32 arithmetic:
 * what a trained agent is reduced to, so that acting needs no native library.
 */
public final class DenseNetwork {
  /**
   * One fully connected layer: y = W x + b.
   *
   * @param weights [outputs, inputs], row-major
   * @param bias [outputs]
   */
  public record Layer(float[] weights, float[] bias) {
    public Layer {
      weights = weights.clone();
      bias = bias.clone();
      if (bias.length == 0 || weights.length == 0 || weights.length % bias.length != 0) {
        throw new InvalidValueException(
            "weights", weights.length + " values", "a multiple of the " + bias.length + " outputs");
      }
    }

    @Override
    public float[] weights() {
      return weights.clone();
    }

    @Override
    public float[] bias() {
      return bias.clone();
    }

    public int outputs() {
      return bias.length;
    }

    public int inputs() {
      return weights.length / bias.length;
    }

    float[] apply(float[] input) {
      float[] output = bias.clone();
      for (int row = 0; row < output.length; row++) {
        float sum = output[row];
        int from = row * input.length;
        for (int column = 0; column < input.length; column++) {
          sum = Math.fma(weights[from + column], input[column], sum);
        }
        output[row] = sum;
      }
      return output;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Layer layer
          && Arrays.equals(weights, layer.weights)
          && Arrays.equals(bias, layer.bias);
    }

    @Override
    public int hashCode() {
      return 31 * Arrays.hashCode(weights) + Arrays.hashCode(bias);
    }
  }

  private final List<Layer> layers;
  private final Activation activation;

  /** With rectified linear units. */
  public DenseNetwork(List<Layer> layers) {
    this(layers, Activation.RELU);
  }

  /**
   * @param activation of every layer but the last
   * @throws InvalidValueException if there is no layer, or one doesn't fit the next
   */
  public DenseNetwork(List<Layer> layers, Activation activation) {
    this.layers = List.copyOf(layers);
    this.activation = activation;
    if (layers.isEmpty()) {
      throw new InvalidValueException("layers", 0, "at least 1");
    }
    for (int i = 1; i < layers.size(); i++) {
      if (layers.get(i).inputs() != layers.get(i - 1).outputs()) {
        throw new InvalidValueException(
            "inputs of layer " + i,
            layers.get(i).inputs(),
            "the " + layers.get(i - 1).outputs() + " outputs of the layer before");
      }
    }
  }

  public List<Layer> layers() {
    return layers;
  }

  /** Of every layer but the last. */
  public Activation activation() {
    return activation;
  }

  public int inputs() {
    return layers.get(0).inputs();
  }

  public int outputs() {
    return layers.get(layers.size() - 1).outputs();
  }

  /**
   * @param input as many values as the network has inputs
   * @return as many values as it has outputs
   */
  public float[] apply(float[] input) {
    if (input.length != inputs()) {
      throw new InvalidValueException("input", input.length + " values", inputs() + " values");
    }
    float[] values = input;
    for (int i = 0; i < layers.size(); i++) {
      values = layers.get(i).apply(values);
      if (i < layers.size() - 1) {
        activation.apply(values, values.length);
      }
    }
    return values;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DenseNetwork network
        && activation == network.activation
        && layers.equals(network.layers);
  }

  @Override
  public int hashCode() {
    return 31 * layers.hashCode() + activation.ordinal();
  }
}
