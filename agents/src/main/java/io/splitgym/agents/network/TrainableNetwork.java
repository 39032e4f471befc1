package io.splitgym.agents.network;

import io.splitgym.agents.policy.Activation;
import io.splitgym.agents.policy.DenseNetwork;
import io.splitgym.matrix.Products;
import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A multilayer perceptron that learns: outputs and gradients of a batch, in float32 and one fixed
 * order of summation. A sample's outputs don't depend on what stands beside it in the batch, and
 * are those of the {@link DenseNetwork} that it becomes, bit for bit. Not safe for use by several
 * threads at once.
 *
 * <p>All parameters lie in one array, all gradients in another, so that optimisers run along them.
 * All three products of a layer (outputs; gradients of its inputs; gradients of its weights) are
 * {@link Products}. For that, a hidden layer's weights lie input by input, and output by output
 * once more; those of the output layer output by output, and input by input once more, in rows of
 * whole vectors.
 */
public final class TrainableNetwork {
  private final Products products = Products.ofThisJava();
  private final int inputs;
  private final int outputs;
  private final int outputStep;
  private final int[] units;
  private final Activation activation;
  private final int capacity;

  /**
   * Layer by layer: weights of a hidden layer [inputs, units], its biases [units]; weights of the
   * output layer [outputs, units of the last hidden layer], its biases [outputs].
   */
  private final float[] parameters;

  private final float[] gradients;

  /** Where in the parameters a layer's weights begin, the output layer's last. */
  private final int[] weightsAt;

  private final int[] biasesAt;

  /** Hidden layers' weights from the second one on, [layer][units, inputs]. */
  private final float[][] transposed;

  /** The output layer's weights, [units of the last hidden layer, output step]. */
  private final float[] outputColumns;

  /** [samples, inputs]. */
  private final float[] batch;

  /** [layer][samples, units]. */
  private final float[][] hidden;

  private final float[][] hiddenGradients;

  /** [samples, output step]. */
  private final float[] results;

  private final float[] resultGradients;

  /** As many ones as samples: a sum over samples is a product with them. */
  private final float[] ones;

  private final float[] squares;
  private final float[] single;

  /**
   * With all parameters 0.
   *
   * @param inputs at least 1
   * @param hiddenUnits of each hidden layer, at least one
   * @param outputs at least 1
   * @param capacity the most samples of a batch
   */
  public TrainableNetwork(
      int inputs, List<Integer> hiddenUnits, int outputs, Activation activation, int capacity) {
    if (inputs < 1 || outputs < 1 || hiddenUnits.isEmpty() || capacity < 1) {
      throw new InvalidValueException(
          "network",
          inputs + " inputs, hidden " + hiddenUnits + ", " + outputs + " outputs",
          "of at least one input, hidden layer, output and sample");
    }
    this.inputs = inputs;
    this.outputs = outputs;
    this.outputStep = (outputs + Products.WHOLE - 1) / Products.WHOLE * Products.WHOLE;
    this.units = hiddenUnits.stream().mapToInt(Integer::intValue).toArray();
    this.activation = activation;
    this.capacity = capacity;
    int layers = units.length;
    int last = units[layers - 1];
    weightsAt = new int[layers + 1];
    biasesAt = new int[layers + 1];
    transposed = new float[layers][];
    hidden = new float[layers][];
    hiddenGradients = new float[layers][];
    int at = 0;
    for (int layer = 0; layer <= layers; layer++) {
      int to = layer == layers ? outputs : units[layer];
      weightsAt[layer] = at;
      biasesAt[layer] = at + inputsOf(layer) * to;
      at = biasesAt[layer] + to;
    }
    parameters = new float[at];
    gradients = new float[at];
    for (int layer = 0; layer < layers; layer++) {
      transposed[layer] = new float[layer == 0 ? 0 : inputsOf(layer) * units[layer]];
      hidden[layer] = new float[capacity * units[layer]];
      hiddenGradients[layer] = new float[capacity * units[layer]];
    }
    outputColumns = new float[last * outputStep];
    batch = new float[capacity * inputs];
    results = new float[capacity * outputStep];
    resultGradients = new float[capacity * outputStep];
    ones = new float[capacity];
    Arrays.fill(ones, 1);
    squares = new float[Math.max(outputs, Arrays.stream(units).max().orElseThrow())];
    single = new float[outputs];
  }

  public int inputs() {
    return inputs;
  }

  public int outputs() {
    return outputs;
  }

  /** The most samples of a batch. */
  public int capacity() {
    return capacity;
  }

  /** Every parameter; who changes them calls {@link #changed} afterwards. */
  float[] parameters() {
    return parameters;
  }

  /** What {@link #backward} computed, in the order of {@link #parameters}. */
  float[] gradients() {
    return gradients;
  }

  /** Makes what follows from the parameters follow from them again. */
  void changed() {
    for (int layer = 1; layer < units.length; layer++) {
      transpose(
          parameters,
          weightsAt[layer],
          units[layer - 1],
          units[layer],
          transposed[layer],
          units[layer - 1]);
    }
    int top = units.length;
    transpose(parameters, weightsAt[top], outputs, units[top - 1], outputColumns, outputStep);
  }

  /**
   * @param from [rows, columns], from {@code at} on
   * @param into [columns, step]
   */
  private static void transpose(
      float[] from, int at, int rows, int columns, float[] into, int step) {
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        into[column * step + row] = from[at + row * columns + column];
      }
    }
  }

  /**
   * Draws orthogonal weights (Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear
   * dynamics of learning in deep linear neural networks", ICLR 2014) and sets the biases to 0.
   *
   * @param hiddenGain what the hidden layers' are multiplied with, such as the square root of 2
   * @param outputGain what the output layer's are multiplied with
   */
  public void drawOrthogonal(double hiddenGain, double outputGain, RandomStream random) {
    for (int layer = 0; layer < units.length; layer++) {
      int from = inputsOf(layer);
      double[][] drawn = Orthogonal.matrix(units[layer], from, random);
      for (int input = 0; input < from; input++) {
        for (int unit = 0; unit < units[layer]; unit++) {
          parameters[weightsAt[layer] + input * units[layer] + unit] =
              (float) (hiddenGain * drawn[unit][input]);
        }
      }
      Arrays.fill(parameters, biasesAt[layer], biasesAt[layer] + units[layer], 0);
    }
    int top = units.length;
    double[][] drawn = Orthogonal.matrix(outputs, units[units.length - 1], random);
    for (int output = 0; output < outputs; output++) {
      for (int unit = 0; unit < drawn[output].length; unit++) {
        parameters[weightsAt[top] + output * units[top - 1] + unit] =
            (float) (outputGain * drawn[output][unit]);
      }
    }
    Arrays.fill(parameters, biasesAt[top], parameters.length, 0);
    changed();
  }

  /**
   * Draws weights and biases uniformly from [-1/sqrt(n), 1/sqrt(n)], n the layer's inputs, as
   * PyTorch's Linear does.
   */
  public void drawUniform(RandomStream random) {
    for (int layer = 0; layer <= units.length; layer++) {
      double bound = 1 / Math.sqrt(inputsOf(layer));
      int end = layer == units.length ? parameters.length : weightsAt[layer + 1];
      for (int i = weightsAt[layer]; i < end; i++) {
        parameters[i] = (float) random.nextUniform(-bound, bound);
      }
    }
    changed();
  }

  /** Takes over the parameters of a network of the same shape. */
  public void copyFrom(TrainableNetwork other) {
    System.arraycopy(other.parameters, 0, parameters, 0, parameters.length);
    changed();
  }

  /**
   * Takes over the parameters of a network of the same shape.
   *
   * @throws InvalidValueException if its shape is another one
   */
  public void copyFrom(DenseNetwork other) {
    List<DenseNetwork.Layer> layers = other.layers();
    if (layers.size() != units.length + 1 || other.activation() != activation) {
      throw new InvalidValueException(
          "layers", layers.size() + " " + other.activation(), units.length + 1 + " " + activation);
    }
    for (int layer = 0; layer <= units.length; layer++) {
      boolean isOutput = layer == units.length;
      float[] values = layers.get(layer).weights();
      float[] bias = layers.get(layer).bias();
      int from = inputsOf(layer);
      int to = isOutput ? outputs : units[layer];
      if (bias.length != to || values.length != from * to) {
        throw new InvalidValueException(
            "layer " + layer, values.length + " weights", from + " x " + to + " weights");
      }
      for (int output = 0; output < to; output++) {
        for (int input = 0; input < from; input++) {
          float value = values[output * from + input];
          int at = isOutput ? output * from + input : input * to + output;
          parameters[weightsAt[layer] + at] = value;
        }
      }
      System.arraycopy(bias, 0, parameters, biasesAt[layer], to);
    }
    changed();
  }

  /** The network as it is now. */
  public DenseNetwork toDense() {
    List<DenseNetwork.Layer> layers = new ArrayList<>();
    for (int layer = 0; layer <= units.length; layer++) {
      boolean isOutput = layer == units.length;
      int from = inputsOf(layer);
      int to = isOutput ? outputs : units[layer];
      float[] values = new float[to * from];
      if (isOutput) {
        System.arraycopy(parameters, weightsAt[layer], values, 0, values.length);
      } else {
        transpose(parameters, weightsAt[layer], from, to, values, from);
      }
      layers.add(
          new DenseNetwork.Layer(
              values, Arrays.copyOfRange(parameters, biasesAt[layer], biasesAt[layer] + to)));
    }
    return new DenseNetwork(layers, activation);
  }

  /**
   * Sets a sample of the next batch.
   *
   * @param from as many values as the network has inputs, from {@code at} on
   */
  public void setInput(int sample, float[] from, int at) {
    System.arraycopy(from, at, batch, sample * inputs, inputs);
  }

  /**
   * The outputs of the batch that {@link #setInput} set.
   *
   * @param count how many samples it has
   * @return [samples, {@link #outputStep}], to be read until the next call
   */
  public float[] forward(int count) {
    float[] incoming = batch;
    for (int layer = 0; layer < units.length; layer++) {
      float[] outgoing = hidden[layer];
      int from = inputsOf(layer);
      int to = units[layer];
      for (int sample = 0; sample < count; sample++) {
        System.arraycopy(parameters, biasesAt[layer], outgoing, sample * to, to);
      }
      products.add(
          incoming, 0, from, 1, parameters, weightsAt[layer], to, outgoing, 0, to, count, from, to);
      activation.apply(outgoing, count * to);
      incoming = outgoing;
    }
    int last = units[units.length - 1];
    for (int sample = 0; sample < count; sample++) {
      System.arraycopy(parameters, biasesAt[units.length], results, sample * outputStep, outputs);
    }
    products.add(
        incoming,
        0,
        last,
        1,
        outputColumns,
        0,
        outputStep,
        results,
        0,
        outputStep,
        count,
        last,
        outputStep);
    return results;
  }

  /** How far apart in {@link #forward} and {@link #outputGradients} one sample is from the next. */
  public int outputStep() {
    return outputStep;
  }

  /**
   * The outputs for one sample.
   *
   * @param input as many values as the network has inputs, from the first on
   * @return as many values as it has outputs, to be read until the next call
   */
  public float[] forward(float[] input) {
    setInput(0, input, 0);
    System.arraycopy(forward(1), 0, single, 0, outputs);
    return single;
  }

  /**
   * The gradient of the loss with respect to the outputs, [samples, {@link #outputStep}], to be
   * written before {@link #backward}.
   */
  public float[] outputGradients() {
    return resultGradients;
  }

  /**
   * The gradients of the loss with respect to the parameters, from {@link #outputGradients}.
   *
   * @param count as in the {@link #forward} before
   */
  public void backward(int count) {
    Arrays.fill(gradients, 0);
    int top = units.length;
    int last = units[top - 1];
    float[] upper = hidden[top - 1];
    for (int output = 0; output < outputs; output++) {
      float sum = 0;
      for (int sample = 0; sample < count; sample++) {
        sum += resultGradients[sample * outputStep + output];
      }
      gradients[biasesAt[top] + output] = sum;
    }
    products.add(
        resultGradients,
        0,
        1,
        outputStep,
        upper,
        0,
        last,
        gradients,
        weightsAt[top],
        last,
        outputs,
        count,
        last);
    float[] gradient = hiddenGradients[top - 1];
    Arrays.fill(gradient, 0, count * last, 0);
    products.add(
        resultGradients,
        0,
        outputStep,
        1,
        parameters,
        weightsAt[top],
        last,
        gradient,
        0,
        last,
        count,
        outputs,
        last);
    for (int layer = top - 1; layer >= 0; layer--) {
      backward(layer, count);
    }
  }

  /** The sum of the squares of the gradients. */
  public double squaredGradientNorm() {
    Arrays.fill(squares, 0);
    for (int layer = 0; layer <= units.length; layer++) {
      boolean isOutput = layer == units.length;
      int length = isOutput ? units[layer - 1] : units[layer];
      for (int at = weightsAt[layer]; at < biasesAt[layer]; at += length) {
        addSquares(at, length);
      }
      addSquares(biasesAt[layer], isOutput ? outputs : length);
    }
    double sum = 0;
    for (float value : squares) {
      sum += value;
    }
    return sum;
  }

  private void addSquares(int at, int length) {
    for (int i = 0; i < length; i++) {
      squares[i] = squares[i] + gradients[at + i] * gradients[at + i];
    }
  }

  /**
   * By how much gradients are scaled so that the norm of all of them together is at most {@code
   * greatest}, as PyTorch's clip_grad_norm_ does.
   */
  public static float gradientScale(double squaredNorm, double greatest) {
    return (float) Math.min(1, greatest / (Math.sqrt(squaredNorm) + 1e-6));
  }

  private void backward(int layer, int count) {
    float[] gradient = hiddenGradients[layer];
    int from = inputsOf(layer);
    int to = units[layer];
    activation.timesDerivative(gradient, hidden[layer], count * to);
    products.add(ones, 0, 0, 1, gradient, 0, to, gradients, biasesAt[layer], to, 1, count, to);
    float[] incoming = layer == 0 ? batch : hidden[layer - 1];
    products.add(
        incoming, 0, 1, from, gradient, 0, to, gradients, weightsAt[layer], to, from, count, to);
    if (layer > 0) {
      float[] below = hiddenGradients[layer - 1];
      Arrays.fill(below, 0, count * from, 0);
      products.add(gradient, 0, to, 1, transposed[layer], 0, from, below, 0, from, count, to, from);
    }
  }

  /** Of a hidden layer, or of the output layer, which is the one after them. */
  private int inputsOf(int layer) {
    return layer == 0 ? inputs : units[layer - 1];
  }
}
