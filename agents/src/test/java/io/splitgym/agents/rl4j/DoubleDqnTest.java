package io.splitgym.agents.rl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.agents.AnalyticModel;
import io.splitgym.agents.Environments;
import io.splitgym.agents.evaluation.Bootstrap;
import io.splitgym.agents.evaluation.Comparison;
import io.splitgym.agents.evaluation.Episodes;
import io.splitgym.agents.learning.Training;
import io.splitgym.agents.optimal.ExactOptimum;
import io.splitgym.agents.policy.Activation;
import io.splitgym.agents.policy.DenseNetwork;
import io.splitgym.agents.policy.GreedyValuePolicy;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

class DoubleDqnTest {
  private final AnalyticModel model = new AnalyticModel();
  private final SplitInferenceEnvironment environment =
      Environments.over(model, Preset.DEFAULT, Map.of());

  @Test
  void learnsToBeFarBetterThanChance() {
    GreedyValuePolicy policy = train(1200, 1);

    Episodes episodes = new Episodes(2, 200);
    Comparison comparison =
        Comparison.between(
            new double[][] {episodes.returns(environment, policy, done -> {})},
            episodes.anchors(environment, new ExactOptimum(model, environment.parameters())),
            Bootstrap.ofSeed(3));
    assertThat(comparison.normalizedScore().low()).isGreaterThan(0.5);
    assertThat(comparison.normalizedScore().high()).isLessThanOrEqualTo(1);
  }

  @Test
  void sameSeedSamePolicy() {
    GreedyValuePolicy first = train(100, 7);
    assertThat(train(100, 7)).isEqualTo(first);
    assertThat(train(100, 8)).isNotEqualTo(first);
  }

  @Test
  void trainingsSideBySideGiveWhatEachGivesAlone() {
    List<GreedyValuePolicy> together =
        LongStream.of(7, 8, 9)
            .parallel()
            .mapToObj(
                seed ->
                    new DoubleDqn()
                        .train(
                            DoubleDqnHyperparameters.defaults(),
                            Training.of(
                                () -> Environments.over(model, Preset.DEFAULT, Map.of()),
                                100,
                                seed)))
            .toList();
    assertThat(together).containsExactly(train(100, 7), train(100, 8), train(100, 9));
  }

  @Test
  void takesExactlyTheStepsItWasGiven() {
    List<Long> told = new ArrayList<>();
    new DoubleDqn()
        .train(
            DoubleDqnHyperparameters.defaults(),
            new Training(() -> environment, 13, 1, 1, told::add));
    assertThat(told).hasSize(13).endsWith(13L);
  }

  @Test
  void plainNetworkComputesWhatDeeplearning4jDoes() {
    var network = DoubleDqn.network(DoubleDqnHyperparameters.defaults(), 3, 5, 42);
    DenseNetwork plain = PlainNetwork.of(network, Activation.RELU);
    for (float[] input : new float[][] {{0, 0, 0}, {1, -1, 0.5f}, {-0.3f, 0.8f, -1}}) {
      float[] expected =
          network.output(Nd4j.createFromArray(new float[][] {input})).toFloatVector();
      float[] computed = plain.apply(input);
      assertThat(computed).hasSize(5);
      for (int i = 0; i < expected.length; i++) {
        assertThat(computed[i]).isCloseTo(expected[i], within(1e-5f));
      }
    }
  }

  @Test
  void hyperparametersAreChecked() {
    assertThatThrownBy(
            () -> new DoubleDqnHyperparameters(List.of(64), 1e-3, 1.0, 32, 1000, 100, 0.5, 0.05))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("discount is 1.0, must be in [0, 1)");
    assertThatThrownBy(
            () -> new DoubleDqnHyperparameters(List.of(64), 1e-3, 0.9, 32, 31, 100, 0.5, 0.05))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("replayCapacity is 31");
  }

  private GreedyValuePolicy train(long steps, long seed) {
    return new DoubleDqn()
        .train(DoubleDqnHyperparameters.defaults(), Training.of(() -> environment, steps, seed));
  }
}
