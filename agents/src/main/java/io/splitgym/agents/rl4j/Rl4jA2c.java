package io.splitgym.agents.rl4j;

import io.splitgym.agents.learning.Algorithm;
import io.splitgym.agents.learning.Training;
import io.splitgym.agents.policy.SoftmaxPolicy;
import io.splitgym.environment.Preset;
import java.util.List;
import org.apache.commons.lang3.builder.Builder;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.rl4j.agent.AgentLearner;
import org.deeplearning4j.rl4j.agent.learning.algorithm.actorcritic.AdvantageActorCritic;
import org.deeplearning4j.rl4j.agent.learning.update.updater.NeuralNetUpdaterConfiguration;
import org.deeplearning4j.rl4j.builder.AdvantageActorCriticBuilder;
import org.deeplearning4j.rl4j.environment.Environment;
import org.deeplearning4j.rl4j.experience.StateActionExperienceHandler;
import org.deeplearning4j.rl4j.network.ITrainableNeuralNet;
import org.deeplearning4j.rl4j.network.ac.ActorCriticLoss;
import org.deeplearning4j.rl4j.observation.transform.TransformProcess;
import org.deeplearning4j.rl4j.policy.IPolicy;
import org.nd4j.linalg.api.rng.Random;
import org.nd4j.linalg.learning.config.RmsProp;

/**
 * Advantage actor-critic, RL4J's: its experience, its returns, its loss and its updates, on two
 * networks of DL4J. The same seed gives the same policy on one machine.
 */
public final class Rl4jA2c implements Algorithm<Rl4jA2cHyperparameters> {
  public static final String NAME = "rl4j-a2c";

  @Override
  public String name() {
    return NAME;
  }

  /** The same for every preset: the released code's own are not known. */
  @Override
  public Rl4jA2cHyperparameters hyperparameters(Preset preset) {
    return Rl4jA2cHyperparameters.defaults();
  }

  /** Learns a policy, on one thread; see {@link Rl4jTraining}. */
  @Override
  public SoftmaxPolicy train(Rl4jA2cHyperparameters hyperparameters, Training training) {
    try (Rl4jTraining session = new Rl4jTraining(NAME, training)) {
      ActorAndCritic networks =
          ActorAndCritic.draw(
              session.scaling().inputs(),
              hyperparameters.hiddenUnits(),
              session.actions(),
              seed -> common(hyperparameters, seed),
              new ActorCriticLoss(),
              session.seeds("weights"));
      Runnable learned = () -> session.learned(() -> networks.policy(NAME, session.scaling()));
      AdvantageActorCriticBuilder.Configuration configuration =
          AdvantageActorCriticBuilder.Configuration.builder()
              .advantageActorCriticConfiguration(
                  AdvantageActorCritic.Configuration.builder()
                      .gamma(hyperparameters.discount())
                      .build())
              .neuralNetUpdaterConfiguration(NeuralNetUpdaterConfiguration.builder().build())
              .experienceHandlerConfiguration(
                  StateActionExperienceHandler.Configuration.builder()
                      .batchSize(hyperparameters.rolloutSteps())
                      .build())
              .agentLearnerConfiguration(AgentLearner.Configuration.builder().build())
              .agentLearnerListeners(List.of(session.listener(() -> {}, learned)))
              .build();
      session.run(
          new Learners(
              configuration,
              networks.asOne(),
              session.environment(),
              session.transform(),
              session.random()));
      return networks.policy(NAME, session.scaling());
    }
  }

  private static NeuralNetConfiguration.Builder common(
      Rl4jA2cHyperparameters hyperparameters, long seed) {
    return new NeuralNetConfiguration.Builder()
        .seed(seed)
        .updater(
            new RmsProp(
                hyperparameters.learningRate(),
                hyperparameters.rmsDecay(),
                hyperparameters.rmsEpsilon()))
        .gradientNormalization(GradientNormalization.ClipL2PerLayer)
        .gradientNormalizationThreshold(hyperparameters.maxGradientNorm());
  }

  /** RL4J's, but for how actions are drawn. */
  private static final class Learners extends AdvantageActorCriticBuilder {
    private final Random random;

    Learners(
        Configuration configuration,
        ITrainableNeuralNet<?> networks,
        Builder<Environment<Integer>> environment,
        Builder<TransformProcess> transform,
        Random random) {
      super(configuration, networks, environment, transform, random);
      this.random = random;
    }

    @Override
    protected IPolicy<Integer> buildPolicy() {
      return new DrawnActions(networks.getThreadCurrentNetwork(), random);
    }
  }
}
