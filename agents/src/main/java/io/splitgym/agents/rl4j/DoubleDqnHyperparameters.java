package io.splitgym.agents.rl4j;

import io.splitgym.agents.learning.Hyperparameters;
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
    int batchSize,
    int replayCapacity,
    int targetUpdateInterval,
    double explorationFraction,
    double finalEpsilon) {

  public DoubleDqnHyperparameters {
    hiddenUnits = Hyperparameters.requireUnits(hiddenUnits);
    Require.positive("learningRate", learningRate);
    if (!(discount >= 0 && discount < 1)) {
      throw new InvalidValueException("discount", discount, "in [0, 1)");
    }
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
   * Layers, batch size, Adam and the final epsilon are those of stable-baselines3's DQN. The rest
   * was chosen on a formula shaped like the measurements, for training in some 10,000 steps: a
   * discount whose horizon is about as long as an episode (values under 0.99 differ too little from
   * action to action), exploration over most of the training, and a learning rate and target
   * updates for short trainings.
   */
  public static DoubleDqnHyperparameters defaults() {
    return new DoubleDqnHyperparameters(List.of(64, 64), 2e-3, 0.85, 32, 50_000, 200, 0.6, 0.05);
  }
}
