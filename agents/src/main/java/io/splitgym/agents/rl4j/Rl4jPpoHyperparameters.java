package io.splitgym.agents.rl4j;

import io.splitgym.environment.Preset;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.List;

/**
 * What PPO on RL4J can be told. It steps one environment.
 *
 * @param hiddenUnits of each hidden layer of the actor, and of the critic, hyperbolic tangents
 * @param learningRate of Adam
 * @param rolloutSteps between two rounds of updates (n_steps)
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
public record Rl4jPpoHyperparameters(
    List<Integer> hiddenUnits,
    double learningRate,
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
  private static final int MOST_SAMPLES = 1_000_000;

  public Rl4jPpoHyperparameters {
    hiddenUnits = ActorAndCritic.requireUnits(hiddenUnits);
    Require.positive("learningRate", learningRate);
    Require.inRange("rolloutSteps", rolloutSteps, 2, MOST_SAMPLES);
    if (batchSize < 2 || batchSize > rolloutSteps) {
      throw new InvalidValueException(
          "batchSize", batchSize, "in [2, " + rolloutSteps + "], the samples of a rollout");
    }
    Require.positive("epochs", epochs);
    Require.inRange("discount", discount, 0, 1);
    Require.inRange("gaeLambda", gaeLambda, 0, 1);
    Require.positive("clipRange", clipRange);
    Require.notNegative("entropyCoefficient", entropyCoefficient);
    Require.notNegative("valueCoefficient", valueCoefficient);
    Require.positive("maxGradientNorm", maxGradientNorm);
  }

  /**
   * Those of stable-baselines3's PPO, with the rollouts and minibatches of the code that Chen et
   * al. released for the preset that follows it.
   */
  public static Rl4jPpoHyperparameters of(Preset preset) {
    boolean reference = preset == Preset.REFERENCE;
    return new Rl4jPpoHyperparameters(
        List.of(64, 64),
        3e-4,
        reference ? 400 : 2048,
        reference ? 100 : 64,
        10,
        0.99,
        0.95,
        0.2,
        true,
        0,
        0.5,
        0.5);
  }
}
