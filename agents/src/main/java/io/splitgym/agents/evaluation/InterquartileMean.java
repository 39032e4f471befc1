package io.splitgym.agents.evaluation;

import io.splitgym.validation.Require;
import java.util.Arrays;

/**
 * The mean of the middle half, which no single lucky or failed run moves far (Agarwal et al., "Deep
 * reinforcement learning at the edge of the statistical precipice", NeurIPS 2021). As in their
 * rliable, a quarter of the scores, rounded down, is left away at each end.
 */
public final class InterquartileMean {
  private static final int QUARTERS = 4;

  private InterquartileMean() {}

  /** The interquartile mean of at least one score. */
  public static double of(double[] scores) {
    Require.positive("scores", scores.length);
    double[] sorted = scores.clone();
    Arrays.sort(sorted);
    int cut = sorted.length / QUARTERS;
    return Comparison.mean(Arrays.copyOfRange(sorted, cut, sorted.length - cut));
  }
}
