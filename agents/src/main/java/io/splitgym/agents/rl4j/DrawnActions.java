package io.splitgym.agents.rl4j;

import org.deeplearning4j.rl4j.network.CommonOutputNames;
import org.deeplearning4j.rl4j.network.IOutputNeuralNet;
import org.deeplearning4j.rl4j.observation.Observation;
import org.deeplearning4j.rl4j.policy.Policy;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.rng.Random;

/**
 * Draws actions with the actor's probabilities, in place of RL4J's {@code ACPolicy}: that one
 * throws where the probabilities add up to a little less than what was drawn, by rounding.
 */
final class DrawnActions extends Policy<Integer> {
  private final IOutputNeuralNet networks;
  private final Random random;
  private double logProbability;

  DrawnActions(IOutputNeuralNet networks, Random random) {
    this.networks = networks;
    this.random = random;
  }

  /** Of the action that was drawn last, in nats. */
  double logProbability() {
    return logProbability;
  }

  @Override
  public IOutputNeuralNet getNeuralNet() {
    return networks;
  }

  @Override
  public Integer nextAction(Observation observation) {
    float[] probabilities =
        networks.output(observation).get(CommonOutputNames.ActorCritic.Policy).toFloatVector();
    int action = at(probabilities, random.nextDouble());
    logProbability = StrictMath.log(probabilities[action]);
    return action;
  }

  /** RL4J's older interface, which nothing here calls. */
  @Override
  @Deprecated
  public Integer nextAction(INDArray input) {
    throw new UnsupportedOperationException("an observation is needed");
  }

  /**
   * The action at a place of the cumulative distribution; the last possible one where rounding left
   * nothing there.
   *
   * @param uniform in [0, 1)
   */
  static int at(float[] probabilities, double uniform) {
    double left = uniform;
    int possible = 0;
    for (int action = 0; action < probabilities.length; action++) {
      if (probabilities[action] > 0) {
        possible = action;
        left -= probabilities[action];
        if (left < 0) {
          break;
        }
      }
    }
    return possible;
  }
}
