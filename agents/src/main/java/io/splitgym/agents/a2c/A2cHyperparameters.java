package io.splitgym.agents.a2c;

import io.splitgym.agents.learning.Hyperparameters;
import io.splitgym.validation.Require;
import java.util.List;

/**
 * What A2C can be told.
 *
 * @param hiddenUnits of each hidden layer of the actor, and of the critic, hyperbolic tangents
 * @param learningRate of RMSprop
 * @param environments how many are stepped in turns
 * @param rolloutSteps in each environment between two updates (n_steps)
 * @param discount of future rewards (gamma), in [0, 1]
 * @param gaeLambda of generalised advantage estimation, in [0, 1]; 1 estimates the whole return
 * @param normalizeAdvantage whether a rollout's advantages get mean 0 and deviation 1
 * @param entropyCoefficient weight of the entropy
 * @param valueCoefficient weight of the critic's squared error
 * @param maxGradientNorm what the norm of both networks' gradients is limited to
 * @param rmsDecay of RMSprop's mean square (alpha), in [0, 1]
 * @param rmsEpsilon added to it before the root is taken
 */
public record A2cHyperparameters(
    List<Integer> hiddenUnits,
    double learningRate,
    int environments,
    int rolloutSteps,
    double discount,
    double gaeLambda,
    boolean normalizeAdvantage,
    double entropyCoefficient,
    double valueCoefficient,
    double maxGradientNorm,
    double rmsDecay,
    double rmsEpsilon) {
  private static final int MOST_ENVIRONMENTS = 1024;
  private static final int MOST_SAMPLES = 1_000_000;

  public A2cHyperparameters {
    hiddenUnits = Hyperparameters.requireUnits(hiddenUnits);
    Require.positive("learningRate", learningRate);
    Require.inRange("environments", environments, 1, MOST_ENVIRONMENTS);
    Require.inRange("rolloutSteps", rolloutSteps, 1, MOST_SAMPLES / environments);
    Require.inRange("discount", discount, 0, 1);
    Require.inRange("gaeLambda", gaeLambda, 0, 1);
    Require.notNegative("entropyCoefficient", entropyCoefficient);
    Require.notNegative("valueCoefficient", valueCoefficient);
    Require.positive("maxGradientNorm", maxGradientNorm);
    Require.inRange("rmsDecay", rmsDecay, 0, 1);
    Require.positive("rmsEpsilon", rmsEpsilon);
  }

  /** Those of stable-baselines3. */
  public static A2cHyperparameters defaults() {
    return new A2cHyperparameters(
        List.of(64, 64), 7e-4, 1, 5, 0.99, 1, false, 0, 0.5, 0.5, 0.99, 1e-5);
  }
}
