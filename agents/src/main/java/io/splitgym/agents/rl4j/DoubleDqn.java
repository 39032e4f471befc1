package io.splitgym.agents.rl4j;

import io.splitgym.agents.learning.Algorithm;
import io.splitgym.agents.learning.Training;
import io.splitgym.agents.learning.TrainingListener;
import io.splitgym.agents.policy.DenseNetwork;
import io.splitgym.agents.policy.GreedyValuePolicy;
import io.splitgym.agents.policy.ObservationScaling;
import io.splitgym.environment.Environment;
import io.splitgym.environment.Preset;
import io.splitgym.random.RandomStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.datavec.api.transform.Operation;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.rl4j.agent.Agent;
import org.deeplearning4j.rl4j.agent.AgentLearner;
import org.deeplearning4j.rl4j.agent.learning.algorithm.dqn.BaseTransitionTDAlgorithm;
import org.deeplearning4j.rl4j.agent.learning.update.updater.NeuralNetUpdaterConfiguration;
import org.deeplearning4j.rl4j.agent.listener.AgentListener;
import org.deeplearning4j.rl4j.builder.DoubleDQNBuilder;
import org.deeplearning4j.rl4j.environment.StepResult;
import org.deeplearning4j.rl4j.experience.ReplayMemoryExperienceHandler;
import org.deeplearning4j.rl4j.network.QNetwork;
import org.deeplearning4j.rl4j.observation.Observation;
import org.deeplearning4j.rl4j.observation.transform.TransformProcess;
import org.deeplearning4j.rl4j.policy.EpsGreedy;
import org.deeplearning4j.rl4j.trainer.SyncTrainer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.rng.Random;
import org.nd4j.linalg.factory.Nd4j;
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

  /**
   * Learns a policy, on one thread. Trainings in one process must not overlap, since ND4J's own
   * generator, which is seeded here, belongs to the process.
   */
  @Override
  public GreedyValuePolicy train(DoubleDqnHyperparameters hyperparameters, Training training) {
    try (Environment environment = training.environments().get()) {
      return train(hyperparameters, training, environment);
    }
  }

  private static GreedyValuePolicy train(
      DoubleDqnHyperparameters hyperparameters, Training training, Environment environment) {
    long steps = training.steps();
    ObservationScaling scaling = ObservationScaling.of(environment.observationSpace());
    RandomStream seeds = RandomStream.ofSeed(training.seed()).named(NAME);
    Nd4j.getEnvironment().setMaxThreads(1);
    Nd4j.getRandom().setSeed(seeds.named("nd4j").nextLong());
    Random random = Nd4j.getRandomFactory().getNewRandomInstance(seeds.named("rl4j").nextLong());
    EnvironmentAdapter adapter =
        new EnvironmentAdapter(
            environment, scaling, seeds.named("environment").nextLong() >>> 1, random);
    MultiLayerNetwork network =
        network(
            hyperparameters,
            scaling.inputs(),
            EnvironmentAdapter.actions(environment),
            seeds.named("weights").nextLong());
    DoubleDQNBuilder builder =
        new DoubleDQNBuilder(
            configuration(
                hyperparameters,
                steps,
                new Limit(adapter, steps, training.listener(), () -> policy(scaling, network))),
            QNetwork.builder().withNetwork(network).build(),
            () -> adapter,
            DoubleDqn::transform,
            random);
    new SyncTrainer<Integer>(builder, trainer -> adapter.steps() >= steps).train();
    return policy(scaling, network);
  }

  private static GreedyValuePolicy policy(ObservationScaling scaling, MultiLayerNetwork network) {
    return new GreedyValuePolicy(NAME, scaling, plain(network));
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

  private static TransformProcess transform() {
    Operation<float[], INDArray> toArray = values -> Nd4j.createFromArray(new float[][] {values});
    return TransformProcess.builder()
        .transform(EnvironmentAdapter.CHANNEL, toArray)
        .build(EnvironmentAdapter.CHANNEL);
  }

  /** The same network without ND4J; DL4J's weights are [inputs, outputs]. */
  static DenseNetwork plain(MultiLayerNetwork network) {
    List<DenseNetwork.Layer> layers = new ArrayList<>();
    for (var layer : network.getLayers()) {
      float[] weights = layer.getParam("W").transpose().dup('c').data().asFloat();
      float[] bias = layer.getParam("b").dup('c').data().asFloat();
      layers.add(new DenseNetwork.Layer(weights, bias));
    }
    return new DenseNetwork(layers);
  }

  /** Ends the training at the very step that was asked for, within an episode too. */
  private record Limit(
      EnvironmentAdapter adapter,
      long steps,
      TrainingListener progress,
      Supplier<GreedyValuePolicy> policy)
      implements AgentListener<Integer> {
    @Override
    @SuppressWarnings("rawtypes") // RL4J's signature
    public ListenerResponse onBeforeEpisode(Agent agent) {
      return ListenerResponse.CONTINUE;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public ListenerResponse onBeforeStep(Agent agent, Observation observation, Integer action) {
      return adapter.steps() < steps ? ListenerResponse.CONTINUE : ListenerResponse.STOP;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public ListenerResponse onAfterStep(Agent agent, StepResult stepResult) {
      progress.stepped(adapter.steps());
      progress.learned(adapter.steps(), policy);
      return ListenerResponse.CONTINUE;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public void onAfterEpisode(Agent agent) {
      // the trainer's own condition is asked after each episode
    }
  }
}
