package io.splitgym.agents.rl4j;

import io.splitgym.agents.rollout.Advantage;
import java.util.List;
import org.deeplearning4j.rl4j.agent.learning.algorithm.IUpdateAlgorithm;
import org.deeplearning4j.rl4j.agent.learning.update.FeaturesBuilder;
import org.deeplearning4j.rl4j.network.CommonOutputNames;
import org.deeplearning4j.rl4j.network.ITrainableNeuralNet;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * From a rollout to what is learned from it. Where an episode was truncated, the value of the state
 * that it was truncated in stands for what would have followed.
 */
final class Estimates implements IUpdateAlgorithm<Estimates.Lesson, Transition> {
  private final ITrainableNeuralNet<?> networks;
  private final double discount;
  private final double lambda;

  Estimates(ITrainableNeuralNet<?> networks, double discount, double lambda) {
    this.networks = networks;
    this.discount = discount;
    this.lambda = lambda;
  }

  /**
   * A rollout of n samples with what is to be learned from them.
   *
   * @param observations [n, inputs]
   * @param actions [n]
   * @param advantages how much better they did than the critic expected, [n]
   * @param logProbabilities of the actions when they were drawn, [n]
   * @param returns what the critic should have expected, [n]
   */
  @SuppressWarnings("ArrayRecordComponent") // handed from one step of an update to the next
  record Lesson(
      INDArray observations,
      int[] actions,
      float[] advantages,
      float[] logProbabilities,
      float[] returns) {
    int samples() {
      return actions.length;
    }
  }

  @Override
  public Lesson compute(List<Transition> rollout) {
    int samples = rollout.size();
    var observations = new FeaturesBuilder(false).build(rollout);
    float[] values = values(observations);
    float[] after =
        values(new FeaturesBuilder(false).build(rollout.stream().map(Transition::next), samples));
    int[] actions = new int[samples];
    float[] advantages = new float[samples];
    float[] logProbabilities = new float[samples];
    float[] returns = new float[samples];
    Advantage advantage = new Advantage(discount, lambda);
    for (int i = samples - 1; i >= 0; i--) {
      Transition step = rollout.get(i);
      double estimate =
          advantage.before(step.reward(), values[i], step.terminal() ? 0 : after[i], !step.last());
      actions[i] = step.action();
      advantages[i] = (float) estimate;
      logProbabilities[i] = (float) step.logProbability();
      returns[i] = (float) (estimate + values[i]);
    }
    return new Lesson(observations.get(0), actions, advantages, logProbabilities, returns);
  }

  private float[] values(org.deeplearning4j.rl4j.agent.learning.update.Features of) {
    return networks.output(of).get(CommonOutputNames.ActorCritic.Value).toFloatVector();
  }
}
