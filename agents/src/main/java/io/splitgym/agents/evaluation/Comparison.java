package io.splitgym.agents.evaluation;

import io.splitgym.validation.InvalidValueException;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * The returns of agents trained with several seeds, beside those of the baselines in the same
 * episodes.
 */
public final class Comparison {
  private final double[][] agent;
  private final double[] random;
  private final double[] optimal;
  private final Bootstrap bootstrap;

  /**
   * @param agent [seeds, episodes]
   * @param random [episodes], of random actions
   * @param optimal [episodes], the greatest possible; or of length 0 where it isn't known
   */
  public Comparison(double[][] agent, double[] random, double[] optimal, Bootstrap bootstrap) {
    this.agent = Arrays.stream(agent).map(double[]::clone).toArray(double[][]::new);
    this.random = random.clone();
    this.optimal = optimal.clone();
    this.bootstrap = bootstrap;
    if (agent.length == 0 || random.length == 0) {
      throw new InvalidValueException("returns", "empty", "of at least one seed and episode");
    }
    for (double[] row : agent) {
      requireSameEpisodes(row.length);
    }
    if (optimal.length > 0) {
      requireSameEpisodes(optimal.length);
    }
  }

  /** The mean return over all seeds and episodes. */
  public Interval meanReturn() {
    return bootstrap.interval(agent.length, random.length, this::mean);
  }

  /** Where the mean return lies between random, which is 0, and optimal, which is 1. */
  public Interval normalizedScore() {
    requireOptimal();
    return bootstrap.interval(
        agent.length,
        random.length,
        (rows, columns) -> {
          double floor = mean(random, columns);
          return (mean(rows, columns) - floor) / (mean(optimal, columns) - floor);
        });
  }

  /** By how much the mean return falls short of the optimum's. */
  public Interval regret() {
    requireOptimal();
    return bootstrap.interval(
        agent.length,
        random.length,
        (rows, columns) -> mean(optimal, columns) - mean(rows, columns));
  }

  /** The standard deviation of the seeds' mean returns, where there are several seeds. */
  public OptionalDouble deviationOverSeeds() {
    if (agent.length < 2) {
      return OptionalDouble.empty();
    }
    double[] means = Arrays.stream(agent).mapToDouble(Comparison::mean).toArray();
    return OptionalDouble.of(deviation(means));
  }

  /** The mean of some returns. */
  public static double mean(double[] returns) {
    return Arrays.stream(returns).sum() / returns.length;
  }

  /** The standard deviation of a sample of at least two. */
  public static double deviation(double[] sample) {
    double mean = mean(sample);
    double squares = Arrays.stream(sample).map(x -> (x - mean) * (x - mean)).sum();
    return Math.sqrt(squares / (sample.length - 1));
  }

  private double mean(int[] rows, int[] columns) {
    return IntStream.of(rows).mapToDouble(row -> mean(agent[row], columns)).sum() / rows.length;
  }

  private static double mean(double[] returns, int[] columns) {
    double sum = 0;
    for (int column : columns) {
      sum += returns[column];
    }
    return sum / columns.length;
  }

  private void requireOptimal() {
    if (optimal.length == 0) {
      throw new IllegalStateException("the optimum isn't known");
    }
  }

  private void requireSameEpisodes(int length) {
    if (length != random.length) {
      throw new InvalidValueException("returns", length + " episodes", random.length + " episodes");
    }
  }
}
