package io.splitgym.agents.dqn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.agents.AnalyticModel;
import io.splitgym.agents.Environments;
import io.splitgym.agents.ReferenceUpdates;
import io.splitgym.agents.evaluation.Comparison;
import io.splitgym.agents.evaluation.Episodes;
import io.splitgym.agents.learning.Training;
import io.splitgym.agents.network.TrainableNetwork;
import io.splitgym.agents.policy.Activation;
import io.splitgym.agents.policy.GreedyPolicy;
import io.splitgym.agents.policy.Policy;
import io.splitgym.agents.policy.RandomPolicy;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.random.RandomStream;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DqnTest {
  @Test
  void updatesAreThoseOfTheReference() {
    ReferenceUpdates reference = ReferenceUpdates.of("dqn");
    TrainableNetwork network = reference.network("online", Activation.RELU);
    TrainableNetwork target = reference.network("target", Activation.RELU);
    DqnHyperparameters hyperparameters =
        new Dqn()
            .learner(
                Preset.DEFAULT,
                Map.of("batchSize", 6, "learningRate", 1e-2, "maxGradientNorm", 0.5))
            .hyperparameters();
    Replay replay = new Replay(6, 3);
    float[][] observations = reference.rows("observations");
    float[][] successors = reference.rows("successors");
    for (int i = 0; i < observations.length; i++) {
      replay.add(
          observations[i],
          reference.integers("actions")[i],
          (float) reference.node("rewards").get(i).asDouble(),
          successors[i],
          reference.node("terminated").get(i).asBoolean());
    }
    DqnUpdate update = new DqnUpdate(network, target, hyperparameters);
    update.learnFrom(replay, new int[] {0, 1, 2, 3, 4, 5});
    update.learnFrom(replay, new int[] {0, 1, 2, 3, 4, 5});
    reference.assertBecame(network, "onlineAfter");
    reference.assertBecame(target, "target");
  }

  @Test
  void learnsAndSameSeedGivesTheSamePolicy() {
    Policy policy = train(1);
    assertThat(train(1)).isEqualTo(policy);
    SplitInferenceEnvironment environment = environment();
    Episodes episodes = new Episodes(2, 200);
    double learned =
        Comparison.mean(episodes.returns(environment, new GreedyPolicy(policy), done -> {}));
    double random = Comparison.mean(episodes.returns(environment, new RandomPolicy(9), done -> {}));
    assertThat(learned).isGreaterThan(random + 1);
  }

  @Test
  void explorationFallsLinearlyAndThenStays() {
    DqnHyperparameters defaults = DqnHyperparameters.defaults();
    assertThat(Dqn.epsilon(defaults, 0, 1000)).isEqualTo(1);
    assertThat(Dqn.epsilon(defaults, 50, 1000)).isCloseTo(0.525, within(1e-12));
    assertThat(Dqn.epsilon(defaults, 100, 1000)).isCloseTo(0.05, within(1e-12));
    assertThat(Dqn.epsilon(defaults, 999, 1000)).isCloseTo(0.05, within(1e-12));
  }

  @Test
  void replayForgetsTheOldestAndDrawsAllOfTheRest() {
    Replay replay = new Replay(5000, 1);
    for (int i = 0; i < 7000; i++) {
      replay.add(new float[] {i}, i, i, new float[] {i + 1}, false);
    }
    RandomStream random = RandomStream.ofSeed(1);
    Set<Integer> drawn = new HashSet<>();
    float[] observation = new float[1];
    for (int i = 0; i < 200_000; i++) {
      int at = replay.draw(random);
      replay.observation(at, observation);
      assertThat((int) observation[0]).isEqualTo(replay.action(at)).isBetween(2000, 6999);
      drawn.add(replay.action(at));
    }
    assertThat(drawn).hasSize(5000);
  }

  private static Policy train(long seed) {
    return new Dqn()
        .learner(
            Preset.REFERENCE,
            Map.of("learningRate", 1e-3, "targetUpdateInterval", 200, "explorationFraction", 0.5))
        .train(Training.of(DqnTest::environment, 6_000, seed));
  }

  private static SplitInferenceEnvironment environment() {
    return Environments.over(new AnalyticModel(), Preset.REFERENCE, Map.of("actions", 9));
  }
}
