package io.splitgym.agents.dqn;

import io.splitgym.agents.learning.Hyperparameters;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.List;

/**
 * What DQN can be told.
 *
 * @param hiddenUnits of each hidden layer, rectified linear
 * @param learningRate of Adam
 * @param replayCapacity how many transitions are remembered
 * @param learningStarts steps before the first update
 * @param batchSize transitions of an update
 * @param discount of future rewards (gamma), in [0, 1]
 * @param updateInterval steps from one update to the next (train_freq)
 * @param targetUpdateInterval steps from one copy of the network to its target to the next
 * @param explorationFraction of the steps over which the share of random actions falls from {@code
 *     initialEpsilon} to {@code finalEpsilon}, linearly
 * @param initialEpsilon share of random actions at first
 * @param finalEpsilon share of random actions in the end
 * @param maxGradientNorm what the norm of the gradients is limited to
 */
public record DqnHyperparameters(
    List<Integer> hiddenUnits,
    double learningRate,
    int replayCapacity,
    int learningStarts,
    int batchSize,
    double discount,
    int updateInterval,
    int targetUpdateInterval,
    double explorationFraction,
    double initialEpsilon,
    double finalEpsilon,
    double maxGradientNorm) {
  private static final int MOST_TRANSITIONS = 10_000_000;

  public DqnHyperparameters {
    hiddenUnits = Hyperparameters.requireUnits(hiddenUnits);
    Require.positive("learningRate", learningRate);
    Require.positive("batchSize", batchSize);
    if (replayCapacity < batchSize || replayCapacity > MOST_TRANSITIONS) {
      throw new InvalidValueException(
          "replayCapacity",
          replayCapacity,
          "in [" + batchSize + ", " + MOST_TRANSITIONS + "], at least the batch size");
    }
    Require.inRange("learningStarts", learningStarts, 0, Integer.MAX_VALUE);
    Require.inRange("discount", discount, 0, 1);
    Require.positive("updateInterval", updateInterval);
    Require.positive("targetUpdateInterval", targetUpdateInterval);
    Require.inRange("explorationFraction", explorationFraction, 0, 1);
    Require.inRange("initialEpsilon", initialEpsilon, 0, 1);
    Require.inRange("finalEpsilon", finalEpsilon, 0, 1);
    Require.positive("maxGradientNorm", maxGradientNorm);
  }

  /** Those of stable-baselines3. */
  public static DqnHyperparameters defaults() {
    return new DqnHyperparameters(
        List.of(64, 64), 1e-4, 1_000_000, 100, 32, 0.99, 4, 10_000, 0.1, 1, 0.05, 10);
  }
}
