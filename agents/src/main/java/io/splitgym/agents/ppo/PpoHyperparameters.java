package io.splitgym.agents.ppo;

import io.splitgym.agents.learning.Hyperparameters;
import io.splitgym.environment.Preset;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.List;

/**
 * What PPO can be told.
 *
 * @param hiddenUnits of each hidden layer of the actor, and of the critic, hyperbolic tangents
 * @param learningRate of Adam
 * @param environments how many are stepped in turns
 * @param rolloutSteps in each environment between two rounds of updates (n_steps)
 * @param batchSize samples of a minibatch; the last one of an epoch may be smaller
 * @param epochs how often each sample is used
 * @param discount of future rewards (gamma), in [0, 1]
 * @param gaeLambda of generalised advantage estimation, in [0, 1]
 * @param clipRange by how much a ratio of probabilities may differ from 1 and still be improved on
 * @param normalizeAdvantage whether each minibatch's advantages get mean 0 and deviation 1
 * @param entropyCoefficient weight of the entropy
 * @param valueCoefficient weight of the critic's squared error
 * @param maxGradientNorm what the norm of both networks' gradients is limited to
 */
public record PpoHyperparameters(
    List<Integer> hiddenUnits,
    double learningRate,
    int environments,
    int rolloutSteps,
    int batchSize,
    int epochs,
    double discount,
    double gaeLambda,
    double clipRange,
    boolean normalizeAdvantage,
    double entropyCoefficient,
    double valueCoefficient,
    double maxGradientNorm) {
  private static final int MOST_ENVIRONMENTS = 1024;
  private static final int MOST_SAMPLES = 10_000_000;

  public PpoHyperparameters {
    hiddenUnits = Hyperparameters.requireUnits(hiddenUnits);
    Require.positive("learningRate", learningRate);
    Require.inRange("environments", environments, 1, MOST_ENVIRONMENTS);
    Require.inRange("rolloutSteps", rolloutSteps, 1, MOST_SAMPLES / environments);
    if (batchSize < 2 || batchSize > environments * rolloutSteps) {
      throw new InvalidValueException(
          "batchSize",
          batchSize,
          "in [2, " + environments * rolloutSteps + "], the samples of a rollout");
    }
    Require.positive("epochs", epochs);
    Require.inRange("discount", discount, 0, 1);
    Require.inRange("gaeLambda", gaeLambda, 0, 1);
    Require.positive("clipRange", clipRange);
    Require.notNegative("entropyCoefficient", entropyCoefficient);
    Require.notNegative("valueCoefficient", valueCoefficient);
    Require.positive("maxGradientNorm", maxGradientNorm);
  }

  /** Those of stable-baselines3. */
  public static PpoHyperparameters defaults() {
    return new PpoHyperparameters(
        List.of(64, 64), 3e-4, 1, 2048, 64, 10, 0.99, 0.95, 0.2, true, 0, 0.5, 0.5);
  }

  /**
   * Those of stable-baselines3, with the rollouts and minibatches of the code that Chen et al.
   * released for the preset that follows it.
   */
  public static PpoHyperparameters of(Preset preset) {
    return preset == Preset.REFERENCE
        ? new PpoHyperparameters(
            List.of(64, 64), 3e-4, 1, 400, 100, 10, 0.99, 0.95, 0.2, true, 0, 0.5, 0.5)
        : defaults();
  }
}
