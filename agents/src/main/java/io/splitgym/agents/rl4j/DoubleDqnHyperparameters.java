package io.splitgym.agents.rl4j;

import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.List;

/**
 * What Double DQN (van Hasselt, Guez and Silver, "Deep reinforcement learning with double
 * Q-learning", AAAI 2016) can be told.
 *
 * @param hiddenUnits of each hidden layer, rectified linear
 * @param learningRate of Adam
 * @param discount of future rewards (gamma), in [0, 1)
 * @param rewardScale what rewards are multiplied by before they are learned from, so that values
 *     are of the order of one
 * @param batchSize transitions in each update; there is one update for each step
 * @param replayCapacity how many transitions are remembered
 * @param targetUpdateInterval updates between two copies of the network to its target
 * @param explorationFraction of the steps over which the share of random actions falls from 1 to
 *     {@code finalEpsilon}, linearly
 * @param finalEpsilon share of random actions from then on
 */
public record DoubleDqnHyperparameters(
    List<Integer> hiddenUnits,
    double learningRate,
    double discount,
    double rewardScale,
    int batchSize,
    int replayCapacity,
    int targetUpdateInterval,
    double explorationFraction,
    double finalEpsilon) {

  public DoubleDqnHyperparameters {
    hiddenUnits = List.copyOf(hiddenUnits);
    if (hiddenUnits.isEmpty()) {
      throw new InvalidValueException("hiddenUnits", hiddenUnits, "at least one layer");
    }
    hiddenUnits.forEach(units -> Require.positive("hiddenUnits", units));
    Require.positive("learningRate", learningRate);
    if (!(discount >= 0 && discount < 1)) {
      throw new InvalidValueException("discount", discount, "in [0, 1)");
    }
    Require.positive("rewardScale", rewardScale);
    Require.positive("batchSize", batchSize);
    Require.positive("targetUpdateInterval", targetUpdateInterval);
    if (replayCapacity < batchSize) {
      throw new InvalidValueException(
          "replayCapacity", replayCapacity, "at least the batch size, " + batchSize);
    }
    Require.inRange("explorationFraction", explorationFraction, 0, 1);
    Require.inRange("finalEpsilon", finalEpsilon, 0, 1);
  }

  /**
   * The layers, Adam, exploration's end and batches of 64 are those that are usual for small
   * control tasks (stable-baselines3's DQN: 64-64, Adam, final epsilon 0.05).
   */
  public static DoubleDqnHyperparameters defaults() {
    return new DoubleDqnHyperparameters(
        List.of(64, 64), 1e-3, 0.9, 0.3, 32, 50_000, 200, 0.4, 0.05);
  }
}
