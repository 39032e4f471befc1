package io.splitgym.agents.rl4j;

import io.splitgym.agents.learning.Hyperparameters;
import io.splitgym.agents.policy.ObservationScaling;
import io.splitgym.agents.policy.SoftmaxPolicy;
import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.OrthogonalDistribution;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.rl4j.network.ActorCriticNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/**
 * Two networks of DL4J over the same inputs that share nothing, drawn as stable-baselines3 draws
 * its MlpPolicy: hyperbolic tangents, orthogonal weights of gain sqrt(2), of gain 0.01 for the
 * logits and 1 for the value, so that the first policy is nearly uniform.
 *
 * @param actor gives the probability of each action
 * @param critic gives the value, trained with its squared error
 */
record ActorAndCritic(MultiLayerNetwork actor, MultiLayerNetwork critic) {
  private static final double HIDDEN_GAIN = Math.sqrt(2);
  private static final double LOGIT_GAIN = 0.01;
  private static final double VALUE_GAIN = 1;

  /**
   * Draws both.
   *
   * @param common the optimizer, and what else both have in common
   * @param actorLoss what the actor is trained with
   */
  static ActorAndCritic draw(
      int inputs,
      List<Integer> hiddenUnits,
      int actions,
      Common common,
      ILossFunction actorLoss,
      RandomStream random) {
    return new ActorAndCritic(
        network(
            inputs,
            hiddenUnits,
            common.configuration(random.named("actor").nextLong()),
            output(actorLoss, Activation.SOFTMAX, LOGIT_GAIN, actions)),
        network(
            inputs,
            hiddenUnits,
            common.configuration(random.named("critic").nextLong()),
            output(new LossMSE(), Activation.IDENTITY, VALUE_GAIN, 1)));
  }

  /**
   * Checks the hidden layers.
   *
   * @return a copy
   * @throws InvalidValueException if one has a single unit: ND4J can't draw an orthogonal matrix of
   *     one number
   */
  static List<Integer> requireUnits(List<Integer> hiddenUnits) {
    if (hiddenUnits.contains(1)) {
      throw new InvalidValueException("hiddenUnits", hiddenUnits, "at least 2 in each layer");
    }
    return Hyperparameters.requireUnits(hiddenUnits);
  }

  /** What both networks have in common, but for their seeds. */
  @FunctionalInterface
  interface Common {
    NeuralNetConfiguration.Builder configuration(long seed);
  }

  /** As RL4J has it: both learn when it does. */
  ActorCriticNetwork asOne() {
    return ActorCriticNetwork.builder().withSeparateNetworks(critic, actor).build();
  }

  /** The actor as it is now, without ND4J. */
  SoftmaxPolicy policy(String name, ObservationScaling scaling) {
    return new SoftmaxPolicy(
        name, scaling, PlainNetwork.of(actor, io.splitgym.agents.policy.Activation.TANH));
  }

  private static OutputLayer.Builder output(
      ILossFunction loss, Activation activation, double gain, int outputs) {
    return new OutputLayer.Builder(loss)
        .nOut(outputs)
        .weightInit(new OrthogonalDistribution(gain))
        .activation(activation);
  }

  private static MultiLayerNetwork network(
      int inputs,
      List<Integer> hiddenUnits,
      NeuralNetConfiguration.Builder configuration,
      OutputLayer.Builder output) {
    NeuralNetConfiguration.ListBuilder layers = configuration.list();
    int width = inputs;
    for (int units : hiddenUnits) {
      layers.layer(
          new DenseLayer.Builder()
              .nIn(width)
              .nOut(units)
              .weightInit(new OrthogonalDistribution(HIDDEN_GAIN))
              .activation(Activation.TANH)
              .build());
      width = units;
    }
    layers.layer(output.nIn(width).build());
    MultiLayerNetwork network = new MultiLayerNetwork(layers.build());
    network.init();
    return network;
  }
}
