package io.splitgym.agents.network;

import io.splitgym.agents.policy.Activation;
import io.splitgym.agents.policy.DenseNetwork;
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
 * <p>All three products of a layer (outputs; gradients of its inputs; gradients of its weights) are
 * sums of rows times numbers, see {@link Rows}. For that, a hidden layer's weights lie input by
 * input, and output by output once more; activations lie sample by sample, and those of the last
 * hidden layer unit by unit once more, since the output layer is too narrow to run along.
 */
public final class TrainableNetwork {
  private final int inputs;
  private final int outputs;
  private final int[] units;
  private final Activation activation;
  private final int capacity;

  /** Hidden layers' weights, [layer][inputs in whole blocks][units]. */
  private final float[][][] weights;

  /** The same from the second hidden layer on, [layer][units in whole blocks][inputs]. */
  private final float[][][] transposed;

  private final float[][] biases;

  /** The output layer's weights, [outputs in whole blocks][units of the last hidden layer]. */
  private final float[][] outputWeights;

  private final float[] outputBiases;

  private final float[][][] weightGradients;
  private final float[][] biasGradients;
  private final float[][] outputWeightGradients;
  private final float[] outputBiasGradients;

  private final float[][] parameters;
  private final float[][] gradients;

  /** [samples in whole blocks][inputs in whole blocks]. */
  private final float[][] batch;

  /** [layer][samples in whole blocks][units in whole blocks]. */
  private final float[][][] hidden;

  private final float[][][] hiddenGradients;

  /** The last hidden layer, [units in whole blocks][samples]. */
  private final float[][] lastByUnit;

  /** [outputs in whole blocks][samples in whole blocks]. */
  private final float[][] results;

  private final float[][] resultGradients;

  /** All samples' units of a layer. */
  private final float[] together;

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
    this.units = hiddenUnits.stream().mapToInt(Integer::intValue).toArray();
    this.activation = activation;
    this.capacity = capacity;
    int layers = units.length;
    int last = units[layers - 1];
    int samples = Rows.wholeBlocks(capacity);

    weights = new float[layers][][];
    transposed = new float[layers][][];
    biases = new float[layers][];
    weightGradients = new float[layers][][];
    biasGradients = new float[layers][];
    hidden = new float[layers][][];
    hiddenGradients = new float[layers][][];
    List<float[]> parameterRows = new ArrayList<>();
    List<float[]> gradientRows = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      int from = inputsOf(layer);
      weights[layer] = new float[Rows.wholeBlocks(from)][units[layer]];
      transposed[layer] = new float[layer == 0 ? 0 : Rows.wholeBlocks(units[layer])][from];
      biases[layer] = new float[units[layer]];
      weightGradients[layer] = new float[from][units[layer]];
      biasGradients[layer] = new float[units[layer]];
      hidden[layer] = new float[samples][Rows.wholeBlocks(units[layer])];
      hiddenGradients[layer] = new float[samples][Rows.wholeBlocks(units[layer])];
      parameterRows.addAll(Arrays.asList(weights[layer]).subList(0, from));
      gradientRows.addAll(Arrays.asList(weightGradients[layer]));
      parameterRows.add(biases[layer]);
      gradientRows.add(biasGradients[layer]);
    }
    outputWeights = new float[Rows.wholeBlocks(outputs)][last];
    outputBiases = new float[outputs];
    outputWeightGradients = new float[outputs][last];
    outputBiasGradients = new float[outputs];
    parameterRows.addAll(Arrays.asList(outputWeights).subList(0, outputs));
    gradientRows.addAll(Arrays.asList(outputWeightGradients));
    parameterRows.add(outputBiases);
    gradientRows.add(outputBiasGradients);
    parameters = parameterRows.toArray(float[][]::new);
    gradients = gradientRows.toArray(float[][]::new);

    batch = new float[samples][Rows.wholeBlocks(inputs)];
    lastByUnit = new float[Rows.wholeBlocks(last)][samples];
    results = new float[Rows.wholeBlocks(outputs)][samples];
    resultGradients = new float[Rows.wholeBlocks(outputs)][samples];
    together = new float[capacity * Arrays.stream(units).max().orElseThrow()];
    squares = new float[Arrays.stream(parameters).mapToInt(row -> row.length).max().orElseThrow()];
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

  /** Every parameter, in rows; who changes them calls {@link #changed} afterwards. */
  float[][] parameters() {
    return parameters;
  }

  /** What {@link #backward} computed, in rows like those of {@link #parameters}. */
  float[][] gradients() {
    return gradients;
  }

  /** Makes what follows from the parameters follow from them again. */
  void changed() {
    for (int layer = 1; layer < units.length; layer++) {
      for (int input = 0; input < units[layer - 1]; input++) {
        float[] row = weights[layer][input];
        for (int unit = 0; unit < row.length; unit++) {
          transposed[layer][unit][input] = row[unit];
        }
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
          weights[layer][input][unit] = (float) (hiddenGain * drawn[unit][input]);
        }
      }
      Arrays.fill(biases[layer], 0);
    }
    double[][] drawn = Orthogonal.matrix(outputs, units[units.length - 1], random);
    for (int output = 0; output < outputs; output++) {
      for (int unit = 0; unit < drawn[output].length; unit++) {
        outputWeights[output][unit] = (float) (outputGain * drawn[output][unit]);
      }
    }
    Arrays.fill(outputBiases, 0);
    changed();
  }

  /**
   * Draws weights and biases uniformly from [-1/sqrt(n), 1/sqrt(n)], n the layer's inputs, as
   * PyTorch's Linear does.
   */
  public void drawUniform(RandomStream random) {
    for (int layer = 0; layer < units.length; layer++) {
      double bound = 1 / Math.sqrt(inputsOf(layer));
      for (int input = 0; input < inputsOf(layer); input++) {
        draw(weights[layer][input], bound, random);
      }
      draw(biases[layer], bound, random);
    }
    double bound = 1 / Math.sqrt(units[units.length - 1]);
    for (int output = 0; output < outputs; output++) {
      draw(outputWeights[output], bound, random);
    }
    draw(outputBiases, bound, random);
    changed();
  }

  /** Takes over the parameters of a network of the same shape. */
  public void copyFrom(TrainableNetwork other) {
    for (int row = 0; row < parameters.length; row++) {
      System.arraycopy(other.parameters[row], 0, parameters[row], 0, parameters[row].length);
    }
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
          if (isOutput) {
            outputWeights[output][input] = value;
          } else {
            weights[layer][input][output] = value;
          }
        }
      }
      System.arraycopy(bias, 0, isOutput ? outputBiases : biases[layer], 0, to);
    }
    changed();
  }

  /** The network as it is now. */
  public DenseNetwork toDense() {
    List<DenseNetwork.Layer> layers = new ArrayList<>();
    for (int layer = 0; layer < units.length; layer++) {
      int from = inputsOf(layer);
      float[] values = new float[units[layer] * from];
      for (int unit = 0; unit < units[layer]; unit++) {
        for (int input = 0; input < from; input++) {
          values[unit * from + input] = weights[layer][input][unit];
        }
      }
      layers.add(new DenseNetwork.Layer(values, biases[layer]));
    }
    int last = units[units.length - 1];
    float[] values = new float[outputs * last];
    for (int output = 0; output < outputs; output++) {
      System.arraycopy(outputWeights[output], 0, values, output * last, last);
    }
    layers.add(new DenseNetwork.Layer(values, outputBiases));
    return new DenseNetwork(layers, activation);
  }

  /**
   * The inputs of a sample of the next batch, to be written: as many values as the network has
   * inputs, from the first on.
   */
  public float[] input(int sample) {
    return batch[sample];
  }

  /**
   * The outputs of the batch in {@link #input}.
   *
   * @param count how many samples it has
   * @return [outputs][samples], to be read until the next call
   */
  public float[][] forward(int count) {
    float[][] incoming = batch;
    for (int layer = 0; layer < units.length; layer++) {
      float[][] outgoing = hidden[layer];
      apply(weights[layer], biases[layer], incoming, outgoing, count);
      activate(outgoing, count, units[layer]);
      incoming = outgoing;
    }
    int last = units[units.length - 1];
    if (count == 1) {
      outputOfOne(incoming[0], last);
      return results;
    }
    transpose(incoming, count, last);
    for (int output = 0; output < outputs; output++) {
      Arrays.fill(results[output], 0, count, outputBiases[output]);
      multiply(outputWeights[output], lastByUnit, last, results[output], count);
    }
    return results;
  }

  /**
   * The outputs for one sample.
   *
   * @param input as many values as the network has inputs, from the first on
   * @return as many values as it has outputs, to be read until the next call
   */
  public float[] forward(float[] input) {
    System.arraycopy(input, 0, batch[0], 0, inputs);
    forward(1);
    for (int output = 0; output < outputs; output++) {
      single[output] = results[output][0];
    }
    return single;
  }

  /**
   * The gradient of the loss with respect to the outputs, [outputs][samples], to be written before
   * {@link #backward}.
   */
  public float[][] outputGradients() {
    return resultGradients;
  }

  /**
   * The gradients of the loss with respect to the parameters, from {@link #outputGradients}.
   *
   * @param count as in the {@link #forward} before
   */
  public void backward(int count) {
    int samples = Rows.wholeBlocks(count);
    int top = units.length - 1;
    float[][] upper = hidden[top];
    float[][] gradient = hiddenGradients[top];
    for (int output = 0; output < outputs; output++) {
      float[] ofResult = resultGradients[output];
      Arrays.fill(ofResult, count, samples, 0);
      float sum = 0;
      for (int sample = 0; sample < count; sample++) {
        sum += ofResult[sample];
      }
      outputBiasGradients[output] = sum;
      float[] sums = outputWeightGradients[output];
      Arrays.fill(sums, 0);
      multiply(ofResult, upper, samples, sums, units[top]);
    }
    clear(gradient, samples);
    for (int output = 0; output < outputs; output += Rows.BLOCK) {
      for (int sample = 0; sample < count; sample++) {
        Rows.add(
            resultGradients[output][sample],
            resultGradients[output + 1][sample],
            resultGradients[output + 2][sample],
            resultGradients[output + 3][sample],
            outputWeights[output],
            outputWeights[output + 1],
            outputWeights[output + 2],
            outputWeights[output + 3],
            gradient[sample],
            units[top]);
      }
    }
    for (int layer = top; layer >= 0; layer--) {
      backward(layer, count, samples);
    }
  }

  /** The sum of the squares of the gradients. */
  public double squaredGradientNorm() {
    Arrays.fill(squares, 0);
    for (float[] row : gradients) {
      Rows.addSquares(row, squares);
    }
    double sum = 0;
    for (float value : squares) {
      sum += value;
    }
    return sum;
  }

  /**
   * By how much gradients are scaled so that the norm of all of them together is at most {@code
   * greatest}, as PyTorch's clip_grad_norm_ does.
   */
  public static float gradientScale(double squaredNorm, double greatest) {
    return (float) Math.min(1, greatest / (Math.sqrt(squaredNorm) + 1e-6));
  }

  private void backward(int layer, int count, int samples) {
    float[][] gradient = hiddenGradients[layer];
    for (int sample = 0; sample < count; sample++) {
      activation.timesDerivative(gradient[sample], hidden[layer][sample], units[layer]);
    }
    float[] biasSums = biasGradients[layer];
    Arrays.fill(biasSums, 0);
    float[][] weightSums = weightGradients[layer];
    for (float[] row : weightSums) {
      Arrays.fill(row, 0);
    }
    float[][] incoming = layer == 0 ? batch : hidden[layer - 1];
    for (int sample = 0; sample < samples; sample += Rows.BLOCK) {
      float[] gradient0 = gradient[sample];
      float[] gradient1 = gradient[sample + 1];
      float[] gradient2 = gradient[sample + 2];
      float[] gradient3 = gradient[sample + 3];
      Rows.add(gradient0, gradient1, gradient2, gradient3, biasSums, units[layer]);
      for (int input = 0; input < weightSums.length; input++) {
        Rows.add(
            incoming[sample][input],
            incoming[sample + 1][input],
            incoming[sample + 2][input],
            incoming[sample + 3][input],
            gradient0,
            gradient1,
            gradient2,
            gradient3,
            weightSums[input],
            units[layer]);
      }
    }
    if (layer > 0) {
      float[][] below = hiddenGradients[layer - 1];
      clear(below, samples);
      product(gradient, transposed[layer], below, count, units[layer - 1]);
    }
  }

  private static void apply(
      float[][] weights, float[] biases, float[][] incoming, float[][] outgoing, int count) {
    for (int sample = 0; sample < count; sample++) {
      System.arraycopy(biases, 0, outgoing[sample], 0, biases.length);
    }
    product(incoming, weights, outgoing, count, biases.length);
  }

  /** In one long loop: short ones spend most of their time on what doesn't fill a vector. */
  private void activate(float[][] rows, int count, int length) {
    if (count == 1) {
      activation.apply(rows[0], length);
      return;
    }
    for (int sample = 0; sample < count; sample++) {
      System.arraycopy(rows[sample], 0, together, sample * length, length);
    }
    activation.apply(together, count * length);
    for (int sample = 0; sample < count; sample++) {
      System.arraycopy(together, sample * length, rows[sample], 0, length);
    }
  }

  /** sums += coefficients rows, sample by sample. */
  private static void product(
      float[][] coefficients, float[][] rows, float[][] sums, int count, int length) {
    for (int row = 0; row < rows.length; row += Rows.BLOCK) {
      for (int sample = 0; sample < count; sample++) {
        float[] factors = coefficients[sample];
        Rows.add(
            factors[row],
            factors[row + 1],
            factors[row + 2],
            factors[row + 3],
            rows[row],
            rows[row + 1],
            rows[row + 2],
            rows[row + 3],
            sums[sample],
            length);
      }
    }
  }

  /** sums += coefficients rows, of one sum only. */
  private static void multiply(
      float[] coefficients, float[][] rows, int count, float[] sums, int length) {
    int whole = count / Rows.BLOCK * Rows.BLOCK;
    for (int row = 0; row < whole; row += Rows.BLOCK) {
      Rows.add(
          coefficients[row],
          coefficients[row + 1],
          coefficients[row + 2],
          coefficients[row + 3],
          rows[row],
          rows[row + 1],
          rows[row + 2],
          rows[row + 3],
          sums,
          length);
    }
    for (int row = whole; row < count; row++) {
      for (int i = 0; i < length; i++) {
        sums[i] = Math.fma(coefficients[row], rows[row][i], sums[i]);
      }
    }
  }

  private void transpose(float[][] rows, int count, int length) {
    for (int sample = 0; sample < count; sample++) {
      float[] row = rows[sample];
      for (int unit = 0; unit < length; unit++) {
        lastByUnit[unit][sample] = row[unit];
      }
    }
  }

  private void outputOfOne(float[] incoming, int length) {
    for (int output = 0; output < outputs; output++) {
      float[] row = outputWeights[output];
      float sum = outputBiases[output];
      for (int unit = 0; unit < length; unit++) {
        sum = Math.fma(row[unit], incoming[unit], sum);
      }
      results[output][0] = sum;
    }
  }

  /** Rows behind the batch are 0 too: they make its last block whole. */
  private static void clear(float[][] rows, int samples) {
    for (int sample = 0; sample < samples; sample++) {
      Arrays.fill(rows[sample], 0);
    }
  }

  private static void draw(float[] row, double bound, RandomStream random) {
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) random.nextUniform(-bound, bound);
    }
  }

  /** Of a hidden layer, or of the output layer, which is the one after them. */
  private int inputsOf(int layer) {
    return layer == 0 ? inputs : units[layer - 1];
  }
}
