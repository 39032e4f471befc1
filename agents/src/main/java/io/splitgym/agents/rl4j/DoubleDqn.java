package io.splitgym.agents.rl4j;

import io.splitgym.agents.learning.Algorithm;
import io.splitgym.agents.learning.Training;
import io.splitgym.agents.policy.GreedyValuePolicy;
import io.splitgym.agents.policy.ObservationScaling;
import io.splitgym.environment.Preset;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.rl4j.agent.AgentLearner;
import org.deeplearning4j.rl4j.agent.learning.algorithm.dqn.BaseTransitionTDAlgorithm;
import org.deeplearning4j.rl4j.agent.learning.update.updater.NeuralNetUpdaterConfiguration;
import org.deeplearning4j.rl4j.agent.listener.AgentListener;
import org.deeplearning4j.rl4j.builder.DoubleDQNBuilder;
import org.deeplearning4j.rl4j.experience.ReplayMemoryExperienceHandler;
import org.deeplearning4j.rl4j.network.QNetwork;
import org.deeplearning4j.rl4j.policy.EpsGreedy;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/**
 * Double DQN, RL4J's, trained in process by its synchronous trainer: the same seed gives the same
 * policy on one machine.
 */
public final class DoubleDqn implements Algorithm<DoubleDqnHyperparameters> {
  public static final String NAME = "double-dqn";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public DoubleDqnHyperparameters hyperparameters(Preset preset) {
    return DoubleDqnHyperparameters.defaults();
  }

  /** Learns a policy, on one thread; see {@link Rl4jTraining}. */
  @Override
  public GreedyValuePolicy train(DoubleDqnHyperparameters hyperparameters, Training training) {
    try (Rl4jTraining session = new Rl4jTraining(NAME, training)) {
      MultiLayerNetwork network =
          network(
              hyperparameters,
              session.scaling().inputs(),
              session.actions(),
              session.seeds("weights").nextLong());
      AgentListener<Integer> listener =
          session.listener(
              () -> session.learned(() -> policy(session.scaling(), network)), () -> {});
      session.run(
          new DoubleDQNBuilder(
              configuration(hyperparameters, session.steps(), listener),
              QNetwork.builder().withNetwork(network).build(),
              session.environment(),
              session.transform(),
              session.random()));
      return policy(session.scaling(), network);
    }
  }

  private static GreedyValuePolicy policy(ObservationScaling scaling, MultiLayerNetwork network) {
    return new GreedyValuePolicy(
        NAME, scaling, PlainNetwork.of(network, io.splitgym.agents.policy.Activation.RELU));
  }

  static MultiLayerNetwork network(
      DoubleDqnHyperparameters hyperparameters, int inputs, int outputs, long seed) {
    NeuralNetConfiguration.ListBuilder layers =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .updater(new Adam(hyperparameters.learningRate()))
            .weightInit(WeightInit.RELU)
            .list();
    int width = inputs;
    for (int units : hyperparameters.hiddenUnits()) {
      layers.layer(
          new DenseLayer.Builder().nIn(width).nOut(units).activation(Activation.RELU).build());
      width = units;
    }
    layers.layer(
        new OutputLayer.Builder(LossFunctions.LossFunction.MSE)
            .nIn(width)
            .nOut(outputs)
            .weightInit(WeightInit.XAVIER)
            .activation(Activation.IDENTITY)
            .build());
    MultiLayerNetwork network = new MultiLayerNetwork(layers.build());
    network.init();
    return network;
  }

  private static DoubleDQNBuilder.Configuration configuration(
      DoubleDqnHyperparameters hyperparameters, long steps, AgentListener<Integer> listener) {
    int annealing = (int) Math.max(1, Math.round(hyperparameters.explorationFraction() * steps));
    return DoubleDQNBuilder.Configuration.builder()
        .policyConfiguration(
            EpsGreedy.Configuration.builder()
                .epsilonNbStep(annealing)
                .minEpsilon(hyperparameters.finalEpsilon())
                .build())
        .experienceHandlerConfiguration(
            ReplayMemoryExperienceHandler.Configuration.builder()
                .maxReplayMemorySize(hyperparameters.replayCapacity())
                .batchSize(hyperparameters.batchSize())
                .build())
        .neuralNetUpdaterConfiguration(
            NeuralNetUpdaterConfiguration.builder()
                .targetUpdateFrequency(hyperparameters.targetUpdateInterval())
                .build())
        .updateAlgorithmConfiguration(
            BaseTransitionTDAlgorithm.Configuration.builder()
                .gamma(hyperparameters.discount())
                .build())
        .agentLearnerConfiguration(AgentLearner.Configuration.builder().build())
        .agentLearnerListeners(List.of(listener))
        .build();
  }
}
