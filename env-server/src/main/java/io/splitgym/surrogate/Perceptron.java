package io.splitgym.surrogate;

import io.splitgym.validation.InvalidValueException;
import java.util.List;

/**
 * A multilayer perceptron with rectified linear units between its layers, in plain Java. Sums are
 * in double precision and fixed order, so every platform gives the same bits. Safe for use by
 * several threads; a call allocates nothing once its thread has called before.
 */
public final class Perceptron {
  /**
   * A fully connected layer.
   *
   * @param inputs how many values come in
   * @param weights [outputs, inputs], row-major, finite; not copied
   * @param biases [outputs], finite; not copied
   */
  @SuppressWarnings("ArrayRecordComponent") // weights are read in place
  public record Layer(int inputs, float[] weights, float[] biases) {
    public Layer {
      if (inputs < 1 || biases.length < 1 || weights.length != (long) inputs * biases.length) {
        throw new InvalidValueException(
            "layer",
            weights.length + " weights",
            "of " + inputs + " inputs times " + biases.length + " outputs");
      }
      requireFinite("weights", weights);
      requireFinite("biases", biases);
    }

    private static void requireFinite(String field, float[] values) {
      for (float value : values) {
        if (!Float.isFinite(value)) {
          throw new InvalidValueException(field, value, "finite");
        }
      }
    }

    /** How many values go out. */
    public int outputs() {
      return biases.length;
    }
  }

  private final List<Layer> layers;
  private final ThreadLocal<double[][]> activations;

  /**
   * @param layers each takes what the one before gives; the last one gives one value
   */
  public Perceptron(List<Layer> layers) {
    this.layers = List.copyOf(layers);
    if (layers.isEmpty() || layers.get(layers.size() - 1).outputs() != 1) {
      throw new InvalidValueException("layers", layers.size(), "at least 1, the last of 1 output");
    }
    for (int i = 1; i < layers.size(); i++) {
      if (layers.get(i).inputs() != layers.get(i - 1).outputs()) {
        throw new InvalidValueException(
            "inputs of layer " + (i + 1),
            layers.get(i).inputs(),
            "the outputs of the one before, " + layers.get(i - 1).outputs());
      }
    }
    this.activations =
        ThreadLocal.withInitial(
            () ->
                this.layers.stream()
                    .map(layer -> new double[layer.outputs()])
                    .toArray(double[][]::new));
  }

  /** From the first to the last. */
  public List<Layer> layers() {
    return layers;
  }

  /**
   * @param inputs as many as the first layer takes; not changed
   */
  public double forward(double[] inputs) {
    double[][] scratch = activations.get();
    double[] incoming = inputs;
    for (int i = 0; i < scratch.length; i++) {
      Layer layer = layers.get(i);
      boolean rectified = i < scratch.length - 1;
      double[] outgoing = scratch[i];
      int weight = 0;
      for (int output = 0; output < outgoing.length; output++) {
        double sum = layer.biases()[output];
        for (int input = 0; input < layer.inputs(); input++) {
          sum += layer.weights()[weight++] * incoming[input];
        }
        outgoing[output] = rectified && sum < 0 ? 0 : sum;
      }
      incoming = outgoing;
    }
    return incoming[0];
  }
}
