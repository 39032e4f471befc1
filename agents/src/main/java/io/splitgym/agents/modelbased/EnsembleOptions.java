package io.splitgym.agents.modelbased;

import io.splitgym.agents.learning.Hyperparameters;
import io.splitgym.validation.Require;
import java.util.List;

/**
 * How an ensemble is fitted.
 *
 * @param members at least 2
 * @param hiddenUnits of each member
 * @param steps of Adam, each over all of a member's cells
 * @param learningRate at the start; it falls to a hundredth along a half cosine
 */
public record EnsembleOptions(
    int members, List<Integer> hiddenUnits, int steps, double learningRate) {
  /** Small ones: they see some hundred cells at most. */
  public static final EnsembleOptions DEFAULT = new EnsembleOptions(8, List.of(32, 32), 1500, 0.01);

  private static final int MOST_MEMBERS = 100;
  private static final int MOST_STEPS = 1_000_000;

  public EnsembleOptions {
    Require.inRange("members", members, 2, MOST_MEMBERS);
    hiddenUnits = Hyperparameters.requireUnits(hiddenUnits);
    Require.inRange("fitSteps", steps, 1, MOST_STEPS);
    Require.positive("learningRate", learningRate);
  }
}
