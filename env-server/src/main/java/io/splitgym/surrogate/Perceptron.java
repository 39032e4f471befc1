package io.splitgym.surrogate;

import io.splitgym.matrix.Products;
import io.splitgym.validation.InvalidValueException;
import java.util.Arrays;
import java.util.List;

/**
 * A multilayer perceptron with rectified linear units between its layers, in plain Java. Sums are
 * in single precision and one fixed order, so every platform gives the same bits, and so does an
 * input whether it is asked alone or among others. Safe for use by several threads; a call
 * allocates nothing once its thread has called before.
 *
 * <p>Hidden layers add up input by input, from the bias on, as {@link Products#add} does; the
 * outputs as {@link Products#scalar}.
 */
public final class Perceptron {
  /** How many inputs are worked on together; more only share out the reading of the weights. */
  public static final int TILE = 32;

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

  private final Products products = Products.ofThisJava();
  private final List<Layer> layers;
  private final Hidden[] hidden;
  private final float[][] outputWeights;
  private final float[] outputBiases;
  private final ThreadLocal<Scratch> scratch;

  /** A hidden layer whose outputs are filled up to whole vectors with such that stay 0. */
  @SuppressWarnings("ArrayRecordComponent") // read in place
  private record Hidden(Products.Prepared weights, float[] biases) {
    static Hidden of(Layer layer, Products products) {
      int outputs = wholeVectors(layer.outputs());
      float[] byInput = new float[layer.inputs() * outputs];
      for (int output = 0; output < layer.outputs(); output++) {
        for (int input = 0; input < layer.inputs(); input++) {
          byInput[input * outputs + output] = layer.weights()[output * layer.inputs() + input];
        }
      }
      return new Hidden(
          products.prepare(byInput, layer.inputs(), outputs),
          Arrays.copyOf(layer.biases(), outputs));
    }

    int outputs() {
      return biases.length;
    }
  }

  /**
   * What a thread works in.
   *
   * @param activations [layer][input, values of the layer in whole vectors]
   * @param parts of scalar products
   */
  @SuppressWarnings("ArrayRecordComponent") // written in place
  private record Scratch(float[][] activations, float[] parts) {}

  /**
   * @param layers each takes what the one before gives
   */
  public Perceptron(List<Layer> layers) {
    this.layers = List.copyOf(layers);
    if (layers.isEmpty()) {
      throw new InvalidValueException("layers", layers.size(), "at least 1");
    }
    for (int i = 1; i < layers.size(); i++) {
      if (layers.get(i).inputs() != layers.get(i - 1).outputs()) {
        throw new InvalidValueException(
            "inputs of layer " + (i + 1),
            layers.get(i).inputs(),
            "the outputs of the one before, " + layers.get(i - 1).outputs());
      }
    }
    Layer output = layers.get(layers.size() - 1);
    this.hidden =
        layers.subList(0, layers.size() - 1).stream()
            .map(layer -> Hidden.of(layer, products))
            .toArray(Hidden[]::new);
    this.outputBiases = output.biases();
    this.outputWeights = new float[output.outputs()][];
    for (int row = 0; row < outputWeights.length; row++) {
      int from = row * output.inputs();
      outputWeights[row] =
          Arrays.copyOf(
              Arrays.copyOfRange(output.weights(), from, from + output.inputs()),
              wholeVectors(output.inputs()));
    }
    this.scratch = ThreadLocal.withInitial(this::newScratch);
  }

  /** From the first to the last. */
  public List<Layer> layers() {
    return layers;
  }

  /** How many values it gives for an input. */
  public int outputs() {
    return outputBiases.length;
  }

  /**
   * The inputs that {@link #forward} reads, of this thread: {@link #TILE} times {@link #inputStep}
   * values, of which each input's first ones are to be set, as many as the first layer takes.
   */
  float[] inputs() {
    return scratch.get().activations()[0];
  }

  /** How far apart in {@link #inputs} one input is from the next. */
  int inputStep() {
    return wholeVectors(layers.get(0).inputs());
  }

  /**
   * What the network gives for this thread's {@link #inputs}.
   *
   * @param count how many of them are set, up to {@link #TILE}
   * @param into where the outputs go, from {@code at} on: all of an input's, then the next one's
   */
  void forward(int count, float[] into, int at) {
    Scratch own = scratch.get();
    float[] incoming = own.activations()[0];
    int step = inputStep();
    for (int layer = 0; layer < hidden.length; layer++) {
      float[] outgoing = own.activations()[layer + 1];
      apply(hidden[layer], incoming, step, outgoing, count);
      incoming = outgoing;
      step = hidden[layer].outputs();
    }
    int place = at;
    for (int one = 0; one < count; one++) {
      for (int output = 0; output < outputBiases.length; output++) {
        into[place++] =
            outputBiases[output]
                + products.scalar(
                    outputWeights[output], 0, incoming, one * step, step, own.parts());
      }
    }
  }

  private Scratch newScratch() {
    float[][] activations = new float[layers.size()][];
    for (int layer = 0; layer < activations.length; layer++) {
      activations[layer] = new float[TILE * wholeVectors(layers.get(layer).inputs())];
    }
    return new Scratch(activations, new float[Products.PARTS]);
  }

  private void apply(Hidden layer, float[] incoming, int step, float[] outgoing, int count) {
    int outputs = layer.outputs();
    for (int one = 0; one < count; one++) {
      System.arraycopy(layer.biases(), 0, outgoing, one * outputs, outputs);
    }
    products.add(incoming, step, layer.weights(), outgoing, outputs, count);
    int all = count * outputs;
    for (int i = 0; i < all; i++) {
      outgoing[i] = Math.max(outgoing[i], 0);
    }
  }

  private static int wholeVectors(int values) {
    return (values + Products.WHOLE - 1) / Products.WHOLE * Products.WHOLE;
  }
}
