package io.splitgym.agents.rl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.agents.AnalyticModel;
import io.splitgym.agents.Environments;
import io.splitgym.agents.evaluation.Comparison;
import io.splitgym.agents.evaluation.Episodes;
import io.splitgym.agents.learning.Training;
import io.splitgym.agents.policy.Agent;
import io.splitgym.agents.policy.GreedyPolicy;
import io.splitgym.agents.policy.Policy;
import io.splitgym.agents.policy.RandomPolicy;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class Rl4jA2cTest {
  @Test
  void learnsToBeFarBetterThanChanceWhicheverWayItsActionsAreTaken() {
    Policy policy = train(6_000, 1);
    double random = mean(new RandomPolicy(9));
    assertThat(mean(new GreedyPolicy(policy))).isGreaterThan(random + 3);
    assertThat(mean(policy)).isGreaterThan(random + 2);
  }

  @Test
  void sameSeedSamePolicy() {
    Policy first = train(300, 7);
    assertThat(train(300, 7)).isEqualTo(first);
    assertThat(train(300, 8)).isNotEqualTo(first);
  }

  @Test
  void takesExactlyTheStepsItWasGiven() {
    List<Long> told = new ArrayList<>();
    new Rl4jA2c()
        .train(
            Rl4jA2cHyperparameters.defaults(),
            new Training(Rl4jA2cTest::environment, 13, 1, 1, told::add));
    assertThat(told).hasSize(13).endsWith(13L);
  }

  @Test
  void hyperparametersAreChecked() {
    assertThatThrownBy(() -> new Rl4jA2c().learner(Preset.DEFAULT, Map.of("rolloutSteps", 0)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("rolloutSteps is 0");
  }

  private static Policy train(long steps, long seed) {
    return new Rl4jA2c()
        .learner(Preset.REFERENCE, Map.of())
        .train(Training.of(Rl4jA2cTest::environment, steps, seed));
  }

  private static double mean(Agent agent) {
    return Comparison.mean(new Episodes(2, 200).returns(environment(), agent, done -> {}));
  }

  private static SplitInferenceEnvironment environment() {
    return Environments.over(new AnalyticModel(), Preset.REFERENCE, Map.of("actions", 9));
  }
}
