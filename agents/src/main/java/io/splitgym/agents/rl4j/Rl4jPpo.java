package io.splitgym.agents.rl4j;

import io.splitgym.agents.learning.Algorithm;
import io.splitgym.agents.learning.Training;
import io.splitgym.agents.policy.SoftmaxPolicy;
import io.splitgym.environment.Preset;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.rl4j.agent.AgentLearner;
import org.deeplearning4j.rl4j.agent.learning.algorithm.IUpdateAlgorithm;
import org.deeplearning4j.rl4j.agent.learning.update.updater.INeuralNetUpdater;
import org.deeplearning4j.rl4j.builder.BaseAgentLearnerBuilder;
import org.deeplearning4j.rl4j.experience.ExperienceHandler;
import org.deeplearning4j.rl4j.network.ITrainableNeuralNet;
import org.deeplearning4j.rl4j.policy.IPolicy;
import org.nd4j.linalg.learning.config.Adam;

/**
 * Proximal policy optimisation with a clipped objective on RL4J, which has none: an experience
 * handler, an update algorithm and an updater of our own at the places that RL4J has for them, and
 * a loss at DL4J's. The details are those of stable-baselines3, but that observations are scaled
 * onto [-1, 1] and the last rollout is cut short where the steps end. The same seed gives the same
 * policy on one machine.
 */
public final class Rl4jPpo implements Algorithm<Rl4jPpoHyperparameters> {
  public static final String NAME = "rl4j-ppo";

  private static final double ADAM_EPSILON = 1e-5;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Rl4jPpoHyperparameters hyperparameters(Preset preset) {
    return Rl4jPpoHyperparameters.of(preset);
  }

  /** Learns a policy, on one thread; see {@link Rl4jTraining}. */
  @Override
  public SoftmaxPolicy train(Rl4jPpoHyperparameters hyperparameters, Training training) {
    try (Rl4jTraining session = new Rl4jTraining(NAME, training)) {
      ActorAndCritic networks =
          ActorAndCritic.draw(
              session.scaling().inputs(),
              hyperparameters.hiddenUnits(),
              session.actions(),
              seed -> common(hyperparameters, seed),
              new ClippedObjective(
                  hyperparameters.clipRange(), hyperparameters.entropyCoefficient()),
              session.seeds("weights"));
      Learners learners = new Learners(hyperparameters, networks, session);
      session.run(learners);
      learners.learnFromTheRest();
      return networks.policy(NAME, session.scaling());
    }
  }

  static NeuralNetConfiguration.Builder common(Rl4jPpoHyperparameters hyperparameters, long seed) {
    return new NeuralNetConfiguration.Builder()
        .seed(seed)
        .updater(
            new Adam(
                hyperparameters.learningRate(),
                Adam.DEFAULT_ADAM_BETA1_MEAN_DECAY,
                Adam.DEFAULT_ADAM_BETA2_VAR_DECAY,
                ADAM_EPSILON));
  }

  private static final class Learners
      extends BaseAgentLearnerBuilder<
          Integer, Transition, Estimates.Lesson, BaseAgentLearnerBuilder.Configuration<Integer>> {
    private final Rl4jPpoHyperparameters hyperparameters;
    private final ActorAndCritic actorAndCritic;
    private final Rl4jTraining session;

    Learners(
        Rl4jPpoHyperparameters hyperparameters,
        ActorAndCritic actorAndCritic,
        Rl4jTraining session) {
      super(
          BaseAgentLearnerBuilder.Configuration.<Integer>builder()
              .agentLearnerConfiguration(AgentLearner.Configuration.builder().build())
              .agentLearnerListeners(List.of(session.listener(() -> {}, () -> {})))
              .build(),
          actorAndCritic.asOne(),
          session.environment(),
          session.transform());
      this.hyperparameters = hyperparameters;
      this.actorAndCritic = actorAndCritic;
      this.session = session;
    }

    /** What was left over when the steps ended. */
    void learnFromTheRest() {
      if (getExperienceHandler().getTrainingBatchSize() > 1) {
        getUpdateRule().update(getExperienceHandler().generateTrainingBatch());
      }
    }

    @Override
    protected IPolicy<Integer> buildPolicy() {
      return new DrawnActions(networks.getThreadCurrentNetwork(), session.random());
    }

    @Override
    protected ExperienceHandler<Integer, Transition> buildExperienceHandler() {
      DrawnActions policy = (DrawnActions) getPolicy();
      return new RolloutExperience(hyperparameters.rolloutSteps(), policy::logProbability);
    }

    @Override
    protected IUpdateAlgorithm<Estimates.Lesson, Transition> buildUpdateAlgorithm() {
      return new Estimates(current(), hyperparameters.discount(), hyperparameters.gaeLambda());
    }

    @Override
    protected INeuralNetUpdater<Estimates.Lesson> buildNeuralNetUpdater() {
      return new ClippedUpdates(
          current(),
          hyperparameters,
          session.seeds("minibatches"),
          () -> session.learned(() -> actorAndCritic.policy(NAME, session.scaling())));
    }

    private ITrainableNeuralNet<?> current() {
      return networks.getThreadCurrentNetwork();
    }
  }
}
