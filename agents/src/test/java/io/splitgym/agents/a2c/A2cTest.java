package io.splitgym.agents.a2c;

import static org.assertj.core.api.Assertions.assertThat;

import io.splitgym.agents.AnalyticModel;
import io.splitgym.agents.Environments;
import io.splitgym.agents.ReferenceUpdates;
import io.splitgym.agents.evaluation.Comparison;
import io.splitgym.agents.evaluation.Episodes;
import io.splitgym.agents.learning.Training;
import io.splitgym.agents.policy.GreedyPolicy;
import io.splitgym.agents.policy.Policy;
import io.splitgym.agents.policy.RandomPolicy;
import io.splitgym.agents.rollout.ActorCritic;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceEnvironment;
import java.util.Map;
import org.junit.jupiter.api.Test;

class A2cTest {
  @Test
  void updatesAreThoseOfTheReference() {
    ReferenceUpdates reference = ReferenceUpdates.of("a2c");
    ActorCritic networks = reference.actorCritic();
    A2cHyperparameters hyperparameters =
        new A2c()
            .learner(
                Preset.DEFAULT,
                Map.of(
                    "hiddenUnits",
                    ReferenceUpdates.HIDDEN,
                    "rolloutSteps",
                    6,
                    "learningRate",
                    7e-3,
                    "entropyCoefficient",
                    0.02))
            .hyperparameters();
    A2c.Update update = new A2c.Update(networks, hyperparameters);
    update.learnFrom(reference.rollout());
    update.learnFrom(reference.rollout());
    reference.assertBecame(networks.actor(), "actorAfter");
    reference.assertBecame(networks.critic(), "criticAfter");
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

  private static Policy train(long seed) {
    return new A2c()
        .learner(Preset.REFERENCE, Map.of())
        .train(Training.of(A2cTest::environment, 10_000, seed));
  }

  private static SplitInferenceEnvironment environment() {
    return Environments.over(new AnalyticModel(), Preset.REFERENCE, Map.of("actions", 9));
  }
}
