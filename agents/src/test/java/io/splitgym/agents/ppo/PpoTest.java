package io.splitgym.agents.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.agents.AnalyticModel;
import io.splitgym.agents.Environments;
import io.splitgym.agents.ReferenceUpdates;
import io.splitgym.agents.evaluation.Episodes;
import io.splitgym.agents.learning.Learner;
import io.splitgym.agents.learning.Training;
import io.splitgym.agents.learning.TrainingListener;
import io.splitgym.agents.optimal.ExactOptimum;
import io.splitgym.agents.optimal.StartReturns;
import io.splitgym.agents.policy.GreedyPolicy;
import io.splitgym.agents.policy.Policy;
import io.splitgym.agents.rollout.ActorCritic;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PpoTest {
  private final AnalyticModel model = new AnalyticModel();

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void updatesAreThoseOfTheReference(int threads) {
    ReferenceUpdates reference = ReferenceUpdates.of("ppo");
    ActorCritic networks = reference.actorCritic();
    PpoHyperparameters hyperparameters =
        new Ppo()
            .learner(
                Preset.DEFAULT,
                Map.of(
                    "hiddenUnits",
                    ReferenceUpdates.HIDDEN,
                    "rolloutSteps",
                    6,
                    "batchSize",
                    6,
                    "epochs",
                    2,
                    "learningRate",
                    1e-2,
                    "entropyCoefficient",
                    0.01))
            .hyperparameters();
    try (PpoUpdate update =
        new PpoUpdate(networks, hyperparameters, threads, RandomStream.ofSeed(1))) {
      update.learnFrom(reference.rollout());
    }
    reference.assertBecame(networks.actor(), "actorAfter");
    reference.assertBecame(networks.critic(), "criticAfter");
  }

  @Test
  void samePolicyOnAnyNumberOfThreads() {
    Learner<PpoHyperparameters> learner =
        new Ppo().learner(Preset.REFERENCE, Map.of("epochs", 3, "environments", 2));
    Policy alone = learner.train(training(3_000, 7, 1, TrainingListener.NONE));
    assertThat(learner.train(training(3_000, 7, 2, TrainingListener.NONE))).isEqualTo(alone);
    assertThat(learner.train(training(3_000, 8, 2, TrainingListener.NONE))).isNotEqualTo(alone);
  }

  @Test
  void comesCloseToTheOptimum() {
    Policy policy =
        new Ppo()
            .learner(Preset.REFERENCE, Map.of("learningRate", 1e-3))
            .train(training(20_000, 1, 2, TrainingListener.NONE));
    SplitInferenceEnvironment environment = environment();
    Episodes episodes = new Episodes(2, 200);
    double learned = mean(episodes.returns(environment, new GreedyPolicy(policy), done -> {}));
    StartReturns anchors =
        StartReturns.mean(
            episodes.anchors(environment, new ExactOptimum(model, environment.parameters())));
    assertThat(anchors.score(learned)).isBetween(0.9, 1.0);
  }

  @Test
  void takesExactlyTheStepsItWasGivenAndTellsOfEpisodes() {
    AtomicLong steps = new AtomicLong();
    AtomicLong episodes = new AtomicLong();
    new Ppo()
        .learner(Preset.REFERENCE, Map.of("epochs", 1))
        .train(
            training(
                1_007,
                1,
                1,
                new TrainingListener() {
                  @Override
                  public void stepped(long soFar) {
                    steps.set(soFar);
                  }

                  @Override
                  public void episodeEnded(long soFar, double episodeReturn) {
                    episodes.incrementAndGet();
                  }
                }));
    assertThat(steps).hasValue(1_007);
    assertThat(episodes).hasValue(201);
  }

  @Test
  void gradientStopsWhereTheRatioHasGoneFarEnough() {
    var objective = PpoUpdate.clipped(0.2);
    assertThat(objective.derivative(2, 1.1f)).isEqualTo(2.2f);
    assertThat(objective.derivative(2, 1.3f)).isZero();
    assertThat(objective.derivative(2, 0.5f)).isEqualTo(1);
    assertThat(objective.derivative(-2, 0.7f)).isZero();
    assertThat(objective.derivative(-2, 1.5f)).isEqualTo(-3);
  }

  @Test
  void presetBringsTheReferencesHyperparameters() {
    PpoHyperparameters reference = new Ppo().hyperparameters(Preset.REFERENCE);
    assertThat(reference.rolloutSteps()).isEqualTo(400);
    assertThat(reference.batchSize()).isEqualTo(100);
    assertThat(new Ppo().hyperparameters(Preset.DEFAULT).rolloutSteps()).isEqualTo(2048);
    assertThatThrownBy(() -> new Ppo().learner(Preset.REFERENCE, Map.of("batchSize", 401)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("batchSize is 401, must be in [2, 400], the samples of a rollout");
  }

  private Training training(long steps, long seed, int threads, TrainingListener listener) {
    return new Training(this::environment, steps, seed, threads, listener);
  }

  private SplitInferenceEnvironment environment() {
    return Environments.over(model, Preset.REFERENCE, Map.of("actions", 9));
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }
}
