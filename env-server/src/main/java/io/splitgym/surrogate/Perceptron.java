package io.splitgym.surrogate;

import io.splitgym.validation.InvalidValueException;
import java.util.Arrays;
import java.util.List;

/**
 * A multilayer perceptron with rectified linear units between its layers, in plain Java. Sums are
 * in single precision and one fixed order, so every platform gives the same bits, and so does an
 * input whether it is asked alone or among others. Safe for use by several threads; a call
 * allocates nothing once its thread has called before.
 *
 * <p>Hidden layers add up input by input, from the bias on: sum = (((b + w0 x0) + w1 x1) + w2 x2)
 * and so on. The output adds up {@value #PARTS} parts, part k of the inputs k, k + 8, k + 16 and so
 * on, and then the parts pairwise. The weights lie input by input, so that the innermost loop runs
 * over a layer's outputs with everything else fixed: it turns into vector instructions for one
 * input as well as for many, which share each block of weights while the processor's cache holds
 * it. Its body takes {@value #BLOCK} inputs at a time and no more, for the compiler leaves a larger
 * one as it is.
 */
public final class Perceptron {
  /** How many inputs are worked on together; more only share out the reading of the weights. */
  public static final int TILE = 32;

  private static final int BLOCK = 4;
  private static final int PARTS = 8;

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
  private final Columns[] hidden;
  private final float[] outputWeights;
  private final float outputBias;
  private final ThreadLocal<float[][][]> activations;

  /** A hidden layer's weights by input, [inputs rounded up to a whole block][outputs]. */
  @SuppressWarnings("ArrayRecordComponent") // read in place
  private record Columns(float[][] weights, float[] biases) {
    static Columns of(Layer layer) {
      float[][] weights = new float[wholeBlocks(layer.inputs())][layer.outputs()];
      for (int output = 0; output < layer.outputs(); output++) {
        for (int input = 0; input < layer.inputs(); input++) {
          weights[input][output] = layer.weights()[output * layer.inputs() + input];
        }
      }
      return new Columns(weights, layer.biases());
    }
  }

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
    Layer output = layers.get(layers.size() - 1);
    this.hidden =
        layers.subList(0, layers.size() - 1).stream().map(Columns::of).toArray(Columns[]::new);
    this.outputWeights = Arrays.copyOf(output.weights(), wholeParts(output.inputs()));
    this.outputBias = output.biases()[0];
    this.activations = ThreadLocal.withInitial(this::scratch);
  }

  /** From the first to the last. */
  public List<Layer> layers() {
    return layers;
  }

  /**
   * The inputs that {@link #forward} reads, of this thread: {@link #TILE} arrays, each of at least
   * as many values as the first layer takes. The values behind those stay 0.
   */
  float[][] inputs() {
    return activations.get()[0];
  }

  /**
   * What the network gives for this thread's {@link #inputs}.
   *
   * @param count how many of them are set, up to {@link #TILE}
   * @param into where the outputs go, from {@code at} on
   */
  void forward(int count, float[] into, int at) {
    float[][][] scratch = activations.get();
    float[][] incoming = scratch[0];
    // what comes in may be negative, what a hidden layer gives is rectified where it is read
    float least = Float.NEGATIVE_INFINITY;
    for (int layer = 0; layer < hidden.length; layer++) {
      float[][] outgoing = scratch[layer + 1];
      apply(hidden[layer], incoming, least, outgoing, count);
      incoming = outgoing;
      least = 0;
    }
    for (int one = 0; one < count; one++) {
      into[at + one] = output(incoming[one], least);
    }
  }

  private float[][][] scratch() {
    float[][][] scratch = new float[layers.size()][TILE][];
    for (int layer = 0; layer < scratch.length; layer++) {
      int inputs = layers.get(layer).inputs();
      for (int one = 0; one < TILE; one++) {
        scratch[layer][one] = new float[wholeParts(inputs)];
      }
    }
    return scratch;
  }

  private static void apply(
      Columns layer, float[][] incoming, float least, float[][] outgoing, int count) {
    float[] biases = layer.biases();
    for (int one = 0; one < count; one++) {
      System.arraycopy(biases, 0, outgoing[one], 0, biases.length);
    }
    float[][] weights = layer.weights();
    for (int input = 0; input < weights.length; input += BLOCK) {
      for (int one = 0; one < count; one++) {
        add(
            incoming[one],
            input,
            least,
            weights[input],
            weights[input + 1],
            weights[input + 2],
            weights[input + 3],
            outgoing[one],
            biases.length);
      }
    }
  }

  private static void add(
      float[] incoming,
      int input,
      float least,
      float[] weights0,
      float[] weights1,
      float[] weights2,
      float[] weights3,
      float[] sums,
      int outputs) {
    float x0 = Math.max(incoming[input], least);
    float x1 = Math.max(incoming[input + 1], least);
    float x2 = Math.max(incoming[input + 2], least);
    float x3 = Math.max(incoming[input + 3], least);
    for (int output = 0; output < outputs; output++) {
      sums[output] =
          sums[output]
              + x0 * weights0[output]
              + x1 * weights1[output]
              + x2 * weights2[output]
              + x3 * weights3[output];
    }
  }

  private float output(float[] incoming, float least) {
    float[] weights = outputWeights;
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    float s4 = 0;
    float s5 = 0;
    float s6 = 0;
    float s7 = 0;
    for (int input = 0; input < weights.length; input += PARTS) {
      s0 += weights[input] * Math.max(incoming[input], least);
      s1 += weights[input + 1] * Math.max(incoming[input + 1], least);
      s2 += weights[input + 2] * Math.max(incoming[input + 2], least);
      s3 += weights[input + 3] * Math.max(incoming[input + 3], least);
      s4 += weights[input + 4] * Math.max(incoming[input + 4], least);
      s5 += weights[input + 5] * Math.max(incoming[input + 5], least);
      s6 += weights[input + 6] * Math.max(incoming[input + 6], least);
      s7 += weights[input + 7] * Math.max(incoming[input + 7], least);
    }
    return outputBias + (((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7)));
  }

  private static int wholeBlocks(int inputs) {
    return (inputs + BLOCK - 1) / BLOCK * BLOCK;
  }

  private static int wholeParts(int inputs) {
    return (inputs + PARTS - 1) / PARTS * PARTS;
  }
}
