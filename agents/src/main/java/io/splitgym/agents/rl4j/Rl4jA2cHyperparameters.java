package io.splitgym.agents.rl4j;

import io.splitgym.validation.Require;
import java.util.List;

/**
 * What RL4J's advantage actor-critic can be told. Its weight of the entropy is 0.01 and can't be
 * changed. The critic is a network of its own, so that its error needs no weight.
 *
 * @param hiddenUnits of each hidden layer of the actor, and of the critic, hyperbolic tangents
 * @param learningRate of RMSprop
 * @param rolloutSteps between two updates, at most: there is one at the end of each episode too
 * @param discount of future rewards (gamma), in [0, 1]
 * @param maxGradientNorm what the norm of each layer's gradient is limited to
 * @param rmsDecay of RMSprop's mean square (alpha), in [0, 1]
 * @param rmsEpsilon added to it before the root is taken
 */
public record Rl4jA2cHyperparameters(
    List<Integer> hiddenUnits,
    double learningRate,
    int rolloutSteps,
    double discount,
    double maxGradientNorm,
    double rmsDecay,
    double rmsEpsilon) {
  private static final int MOST_SAMPLES = 1_000_000;

  public Rl4jA2cHyperparameters {
    hiddenUnits = ActorAndCritic.requireUnits(hiddenUnits);
    Require.positive("learningRate", learningRate);
    Require.inRange("rolloutSteps", rolloutSteps, 1, MOST_SAMPLES);
    Require.inRange("discount", discount, 0, 1);
    Require.positive("maxGradientNorm", maxGradientNorm);
    Require.inRange("rmsDecay", rmsDecay, 0, 1);
    Require.positive("rmsEpsilon", rmsEpsilon);
  }

  /**
   * Those of stable-baselines3's A2C, but for two. It updates every 5 steps; RL4J would estimate
   * the rest of an episode that goes on from the state before the last action instead of the one
   * after it, so here an update has a whole episode, up to 1,000 steps. And it limits the
   * gradients' norm over both networks, DL4J layer by layer.
   */
  public static Rl4jA2cHyperparameters defaults() {
    return new Rl4jA2cHyperparameters(List.of(64, 64), 7e-4, 1000, 0.99, 0.5, 0.99, 1e-5);
  }
}
