package io.splitgym.agents.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.agents.policy.Activation;
import io.splitgym.agents.policy.DenseNetwork;
import io.splitgym.random.RandomStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainableNetworkTest {
  private final RandomStream random = RandomStream.ofSeed(11);

  @ParameterizedTest
  @CsvSource({"3,1,TANH,7", "5,9,TANH,8", "2,4,TANH,1", "3,3,RELU,5"})
  void gradientsAreFiniteDifferences(int inputs, int outputs, Activation activation, int count) {
    TrainableNetwork network = new TrainableNetwork(inputs, List.of(6, 13), outputs, activation, 9);
    network.drawUniform(random);
    double[][] samples = new double[count][inputs];
    double[][] goals = new double[count][outputs];
    for (int i = 0; i < count; i++) {
      float[] sample = new float[inputs];
      for (int k = 0; k < inputs; k++) {
        sample[k] = (float) random.nextUniform(-1, 1);
        samples[i][k] = sample[k];
      }
      network.setInput(i, sample, 0);
      for (int k = 0; k < outputs; k++) {
        goals[i][k] = (float) random.nextUniform(-1, 1);
      }
    }
    float[] results = network.forward(count);
    for (int i = 0; i < count; i++) {
      for (int k = 0; k < outputs; k++) {
        int at = i * network.outputStep() + k;
        network.outputGradients()[at] = (float) (results[at] - goals[i][k]);
      }
    }
    network.backward(count);

    double squares = 0;
    float step = 1e-3f;
    for (int place = 0; place < network.parameters().length; place++) {
      float before = network.parameters()[place];
      network.parameters()[place] = before + step;
      double up = loss(network, samples, goals);
      network.parameters()[place] = before - step;
      double down = loss(network, samples, goals);
      network.parameters()[place] = before;
      double gradient = network.gradients()[place];
      assertThat(gradient).as("place %d", place).isCloseTo((up - down) / (2 * step), within(2e-4));
      squares += gradient * gradient;
    }
    assertThat(network.squaredGradientNorm()).isCloseTo(squares, within(1e-4 * squares));
    assertThat(squares).isPositive();
  }

  @Test
  void aSampleGivesTheSameBitsAloneAmongOthersAndAsPolicy() {
    for (Activation activation : Activation.values()) {
      TrainableNetwork network = new TrainableNetwork(3, List.of(64, 30), 9, activation, 50);
      network.drawOrthogonal(Math.sqrt(2), 1, random);
      DenseNetwork dense = network.toDense();
      float[][] inputs = new float[50][3];
      for (int i = 0; i < 50; i++) {
        for (int k = 0; k < 3; k++) {
          inputs[i][k] = (float) random.nextUniform(-1, 1);
        }
        network.setInput(i, inputs[i], 0);
      }
      float[] together = network.forward(50);
      float[][] kept = new float[50][];
      for (int i = 0; i < 50; i++) {
        int at = i * network.outputStep();
        kept[i] = Arrays.copyOfRange(together, at, at + 9);
      }
      for (int i = 0; i < 50; i++) {
        assertThat(network.forward(inputs[i])).containsExactly(kept[i]);
        assertThat(dense.apply(inputs[i])).containsExactly(kept[i]);
      }
      TrainableNetwork copy = new TrainableNetwork(3, List.of(64, 30), 9, activation, 1);
      copy.copyFrom(dense);
      assertThat(copy.forward(inputs[0])).containsExactly(kept[0]);
      assertThat(copy.toDense()).isEqualTo(dense);
    }
  }

  @Test
  void orthogonalWeightsAreOrthogonal() {
    for (int[] shape : new int[][] {{5, 9}, {9, 5}, {1, 64}, {64, 64}}) {
      double[][] matrix = Orthogonal.matrix(shape[0], shape[1], random);
      boolean wide = shape[0] <= shape[1];
      int vectors = Math.min(shape[0], shape[1]);
      for (int i = 0; i < vectors; i++) {
        for (int j = 0; j <= i; j++) {
          double dot = 0;
          for (int k = 0; k < Math.max(shape[0], shape[1]); k++) {
            dot += wide ? matrix[i][k] * matrix[j][k] : matrix[k][i] * matrix[k][j];
          }
          assertThat(dot).isCloseTo(i == j ? 1 : 0, within(1e-12));
        }
      }
    }
  }

  @Test
  void approximationsAreAsGoodAsPromised() {
    float[] value = new float[1];
    for (double x = -12; x <= 12; x += 1e-4) {
      value[0] = (float) x;
      Activation.TANH.apply(value, 1);
      assertThat((double) value[0]).isCloseTo(Math.tanh((float) x), within(Activation.TANH_ERROR));
      double exact = Math.exp((float) (7 * x));
      assertThat(FloatMath.exp((float) (7 * x)) / exact).isCloseTo(1, within(3e-7));
    }
    assertThat(FloatMath.exp(0)).isEqualTo(1);
    assertThat(FloatMath.exp(1000)).isFinite();
    assertThat(FloatMath.exp(-1000)).isPositive();
  }

  @Test
  void theLogarithmIsAsCloseAsItSays() {
    for (double x = 1e-30; x < 1e30; x *= 1.0007) {
      double exact = Math.log((float) x);
      assertThat((double) FloatMath.log((float) x))
          .isCloseTo(exact, within(Math.max(4e-8, 2e-7 * Math.abs(exact))));
    }
    assertThat(FloatMath.log(1)).isZero();
  }

  @Test
  void gradientsAreScaledToTheGreatestNorm() {
    assertThat(TrainableNetwork.gradientScale(0.04, 0.5)).isEqualTo(1);
    assertThat(TrainableNetwork.gradientScale(4, 0.5)).isCloseTo(0.25f, within(1e-6f));
  }

  private static double loss(TrainableNetwork network, double[][] samples, double[][] goals) {
    DenseNetwork now = network.toDense();
    double sum = 0;
    for (int i = 0; i < samples.length; i++) {
      double[] values = exact(now, samples[i]);
      for (int k = 0; k < values.length; k++) {
        sum += 0.5 * (values[k] - goals[i][k]) * (values[k] - goals[i][k]);
      }
    }
    return sum;
  }

  /** In float64. */
  private static double[] exact(DenseNetwork network, double[] input) {
    double[] values = input;
    for (int layer = 0; layer < network.layers().size(); layer++) {
      DenseNetwork.Layer of = network.layers().get(layer);
      double[] next = new double[of.outputs()];
      float[] weights = of.weights();
      for (int row = 0; row < next.length; row++) {
        double sum = of.bias()[row];
        for (int column = 0; column < values.length; column++) {
          sum += weights[row * values.length + column] * values[column];
        }
        boolean last = layer == network.layers().size() - 1;
        next[row] =
            last
                ? sum
                : network.activation() == Activation.TANH ? Math.tanh(sum) : Math.max(sum, 0);
      }
      values = next;
    }
    return values;
  }
}
