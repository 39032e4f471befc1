package io.splitgym.agents.rl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.agents.AnalyticModel;
import io.splitgym.agents.Environments;
import io.splitgym.agents.ReferenceUpdates;
import io.splitgym.agents.evaluation.Comparison;
import io.splitgym.agents.evaluation.Episodes;
import io.splitgym.agents.learning.Training;
import io.splitgym.agents.learning.TrainingListener;
import io.splitgym.agents.policy.Activation;
import io.splitgym.agents.policy.Agent;
import io.splitgym.agents.policy.DenseNetwork;
import io.splitgym.agents.policy.GreedyPolicy;
import io.splitgym.agents.policy.Policy;
import io.splitgym.agents.policy.PolicyFile;
import io.splitgym.agents.policy.RandomPolicy;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.rl4j.observation.Observation;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

class Rl4jPpoTest {
  /**
   * DL4J adds Adam's epsilon before the second moment is corrected, PyTorch after: in the first two
   * updates this is what 1e-5 is there.
   */
  private static final double EPSILON = 1e-5 * Math.sqrt(1 - 0.999 * 0.999);

  private static final double TOLERANCE = 5e-5;

  @Test
  void learnsToBeFarBetterThanChanceWhicheverWayItsActionsAreTaken() throws Exception {
    Policy policy = train(6_000, 1, Map.of("learningRate", 1e-3));
    double random = mean(new RandomPolicy(9));
    assertThat(mean(new GreedyPolicy(policy))).isGreaterThan(random + 5);
    assertThat(mean(policy)).isGreaterThan(random + 3);

    PolicyFile file =
        new PolicyFile((io.splitgym.agents.policy.LearnedPolicy) policy, new TreeMap<>());
    assertThat(PolicyFile.read(file.write()).policy()).isEqualTo(policy);
  }

  @Test
  void sameSeedSamePolicy() {
    Policy first = train(900, 7, Map.of());
    assertThat(train(900, 7, Map.of())).isEqualTo(first);
    assertThat(train(900, 8, Map.of())).isNotEqualTo(first);
  }

  @Test
  void takesExactlyTheStepsItWasGivenLearnsFromAllOfThemAndTellsOfEpisodes() {
    List<Long> stepped = new ArrayList<>();
    List<Long> learned = new ArrayList<>();
    List<Double> returns = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void stepped(long steps) {
            stepped.add(steps);
          }

          @Override
          public void episodeEnded(long steps, double episodeReturn) {
            returns.add(episodeReturn);
          }

          @Override
          public void learned(long steps, Supplier<? extends Policy> policy) {
            learned.add(steps);
          }
        };
    new Rl4jPpo()
        .learner(Preset.REFERENCE, Map.of("rolloutSteps", 100, "batchSize", 50, "epochs", 1))
        .train(new Training(Rl4jPpoTest::environment, 233, 1, 1, listener));
    assertThat(stepped).hasSize(233).endsWith(233L);
    // episodes have five steps, so rollouts end with one
    assertThat(learned).containsExactly(100L, 200L, 233L);
    assertThat(returns).hasSize(46).allSatisfy(value -> assertThat(value).isNotZero());
  }

  @Test
  void updatesAreThoseOfTheReference() {
    ReferenceUpdates reference = ReferenceUpdates.of("ppo");
    Rl4jPpoHyperparameters hyperparameters =
        new Rl4jPpo()
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
    ActorAndCritic networks =
        ActorAndCritic.draw(
            3,
            ReferenceUpdates.HIDDEN,
            3,
            seed ->
                new NeuralNetConfiguration.Builder()
                    .seed(seed)
                    .updater(new Adam(hyperparameters.learningRate(), 0.9, 0.999, EPSILON)),
            new ClippedObjective(hyperparameters.clipRange(), hyperparameters.entropyCoefficient()),
            RandomStream.ofSeed(1));
    set(networks.actor(), reference.dense("actor", Activation.TANH));
    set(networks.critic(), reference.dense("critic", Activation.TANH));
    List<Integer> rounds = new ArrayList<>();
    new ClippedUpdates(
            networks.asOne(), hyperparameters, RandomStream.ofSeed(2), () -> rounds.add(1))
        .update(
            new Estimates.Lesson(
                Nd4j.createFromArray(reference.rows("observations")),
                reference.integers("actions"),
                ReferenceUpdates.floats(reference.node("advantages")),
                ReferenceUpdates.floats(reference.node("logProbabilities")),
                ReferenceUpdates.floats(reference.node("returns"))));
    assertThat(rounds).hasSize(1);
    reference.assertBecame(
        PlainNetwork.of(networks.actor(), Activation.TANH), "actorAfter", TOLERANCE);
    reference.assertBecame(
        PlainNetwork.of(networks.critic(), Activation.TANH), "criticAfter", TOLERANCE);
  }

  @Test
  void gradientIsThatOfTheLoss() {
    ClippedObjective loss = new ClippedObjective(0.2, 0.05);
    float[][] logits = {{0.3f, -0.2f, 0.9f, 0}, {-1, 0.4f, 0.1f, 0.2f}, {0, 1, 0, 0}, {1, 0, 0, 0}};
    // the first two within the range, the third beyond it and the fourth beyond its other end
    float[][] labels = {{2, 1.5f, -0.9f}, {1, -2, -1}, {1, 1, -3}, {0, -1, -0.1f}};
    float[][] gradients =
        loss.computeGradient(array(labels), array(logits), new ActivationSoftmax(), null)
            .toFloatMatrix();
    float step = 1e-2f;
    for (int i = 0; i < logits.length; i++) {
      for (int action = 0; action < 4; action++) {
        float held = logits[i][action];
        logits[i][action] = held + step;
        double above = score(loss, labels, logits);
        logits[i][action] = held - step;
        double below = score(loss, labels, logits);
        logits[i][action] = held;
        assertThat((double) gradients[i][action])
            .as("gradient %d, %d", i, action)
            .isCloseTo((above - below) / (2 * step), within(2e-3));
      }
    }
  }

  @Test
  void whatFollowsATruncatedEpisodeCountsAndWhatFollowsATerminatedOneDoesNot() {
    RolloutExperience experience = new RolloutExperience(3, () -> -1.25);
    experience.addExperience(observation(0), 4, 1, false);
    experience.addExperience(observation(1), 3, 2, false);
    assertThat(experience.getTrainingBatchSize()).isEqualTo(1);
    experience.setFinalObservation(observation(2));
    experience.reset();
    experience.addExperience(observation(3), 2, 5, true);
    assertThat(experience.isTrainingBatchReady()).isFalse();
    experience.setFinalObservation(observation(4));
    assertThat(experience.isTrainingBatchReady()).isTrue();
    List<Transition> rollout = experience.generateTrainingBatch();
    assertThat(experience.getTrainingBatchSize()).isZero();

    ActorAndCritic networks = valuesAreObservations();
    Estimates.Lesson lesson = new Estimates(networks.asOne(), 0.5, 0.5).compute(rollout);
    // errors 1 + 0.5 * 1 - 0, 2 + 0.5 * 2 - 1 and 5 - 3
    assertThat(lesson.advantages())
        .containsExactly(new float[] {1.5f + 0.25f * 2, 2, 2}, within(1e-5f));
    assertThat(lesson.returns()).containsExactly(new float[] {2, 3, 5}, within(1e-5f));
    assertThat(lesson.actions()).containsExactly(4, 3, 2);
    assertThat(lesson.logProbabilities()).containsOnly(-1.25f);
  }

  @Test
  void roundingNeverLeavesADrawWithoutAnAction() {
    float[] probabilities = {0.25f, 0.5f, 0.2499f, 0};
    assertThat(DrawnActions.at(probabilities, 0)).isZero();
    assertThat(DrawnActions.at(probabilities, 0.25)).isEqualTo(1);
    assertThat(DrawnActions.at(probabilities, 0.99999)).isEqualTo(2);
  }

  @Test
  void presetBringsTheReferencesHyperparameters() {
    assertThatThrownBy(() -> new Rl4jPpo().learner(Preset.DEFAULT, Map.of("hiddenUnits", "8,1")))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("hiddenUnits is [8, 1], must be at least 2 in each layer");
    assertThat(new Rl4jPpo().hyperparameters(Preset.REFERENCE).rolloutSteps()).isEqualTo(400);
    assertThat(new Rl4jPpo().hyperparameters(Preset.DEFAULT).rolloutSteps()).isEqualTo(2048);
    assertThatThrownBy(() -> new Rl4jPpo().learner(Preset.REFERENCE, Map.of("batchSize", 401)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("batchSize is 401, must be in [2, 400], the samples of a rollout");
  }

  private static double score(ClippedObjective loss, float[][] labels, float[][] logits) {
    return loss.computeScore(array(labels), array(logits), new ActivationSoftmax(), null, false);
  }

  private static INDArray array(float[][] rows) {
    return Nd4j.createFromArray(rows);
  }

  private static Observation observation(float value) {
    return new Observation(Nd4j.createFromArray(new float[][] {{value}}));
  }

  /** A critic that says what it sees: tanh is the identity near 0. */
  private static ActorAndCritic valuesAreObservations() {
    Rl4jPpoHyperparameters hyperparameters = Rl4jPpoHyperparameters.of(Preset.DEFAULT);
    ActorAndCritic networks =
        ActorAndCritic.draw(
            1,
            List.of(2),
            5,
            seed -> Rl4jPpo.common(hyperparameters, seed),
            new ClippedObjective(0.2, 0),
            RandomStream.ofSeed(1));
    set(
        networks.critic(),
        new DenseNetwork(
            List.of(
                new DenseNetwork.Layer(new float[] {1f / 4096, 0}, new float[2]),
                new DenseNetwork.Layer(new float[] {4096, 0}, new float[1]))));
    return networks;
  }

  private static void set(MultiLayerNetwork network, DenseNetwork weights) {
    for (int i = 0; i < weights.layers().size(); i++) {
      DenseNetwork.Layer layer = weights.layers().get(i);
      INDArray matrix =
          Nd4j.createFromArray(layer.weights()).reshape(layer.outputs(), layer.inputs());
      network.getLayer(i).setParam("W", matrix.transpose().dup());
      network.getLayer(i).setParam("b", Nd4j.createFromArray(layer.bias()).reshape(1, -1));
    }
  }

  private static Policy train(long steps, long seed, Map<String, Object> changed) {
    return new Rl4jPpo()
        .learner(Preset.REFERENCE, changed)
        .train(Training.of(Rl4jPpoTest::environment, steps, seed));
  }

  private static double mean(Agent agent) {
    return Comparison.mean(new Episodes(2, 200).returns(environment(), agent, done -> {}));
  }

  private static SplitInferenceEnvironment environment() {
    return Environments.over(new AnalyticModel(), Preset.REFERENCE, Map.of("actions", 9));
  }
}
