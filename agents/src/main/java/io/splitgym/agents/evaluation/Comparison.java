package io.splitgym.agents.evaluation;

import io.splitgym.agents.optimal.StartReturns;
import io.splitgym.validation.InvalidValueException;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * The returns of agents trained with several seeds, beside those of the baselines in the same
 * episodes.
 */
public final class Comparison {
  private final double[][] agent;
  private final double[] random;
  private final List<StartReturns> anchors;
  private final Bootstrap bootstrap;

  /**
   * Where the optimum is known.
   *
   * @param agent [seeds, episodes]
   * @param anchors [episodes], what scores are counted between
   */
  public static Comparison between(
      double[][] agent, List<StartReturns> anchors, Bootstrap bootstrap) {
    double[] random = anchors.stream().mapToDouble(StartReturns::random).toArray();
    return new Comparison(agent, random, anchors, bootstrap);
  }

  /**
   * Where only random actions are there to compare with; scores and regrets aren't.
   *
   * @param agent [seeds, episodes]
   * @param random [episodes], of random actions
   */
  public static Comparison withRandom(double[][] agent, double[] random, Bootstrap bootstrap) {
    return new Comparison(agent, random, List.of(), bootstrap);
  }

  private Comparison(
      double[][] agent, double[] random, List<StartReturns> anchors, Bootstrap bootstrap) {
    this.agent = Arrays.stream(agent).map(double[]::clone).toArray(double[][]::new);
    this.random = random.clone();
    this.anchors = List.copyOf(anchors);
    this.bootstrap = bootstrap;
    if (agent.length == 0 || random.length == 0) {
      throw new InvalidValueException("returns", "empty", "of at least one seed and episode");
    }
    for (double[] row : agent) {
      requireSameEpisodes(row.length);
    }
  }

  /** The mean return over all seeds and episodes. */
  public Interval meanReturn() {
    return bootstrap.interval(agent.length, random.length, this::mean);
  }

  /** The normalised score of the mean return, as {@link StartReturns#score} has it. */
  public Interval normalizedScore() {
    requireOptimal();
    return bootstrap.interval(
        agent.length, random.length, (rows, columns) -> anchor(columns).score(mean(rows, columns)));
  }

  /** By how much the mean return falls short of the optimum's. */
  public Interval regret() {
    requireOptimal();
    return bootstrap.interval(
        agent.length,
        random.length,
        (rows, columns) -> anchor(columns).optimal() - mean(rows, columns));
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

  private StartReturns anchor(int[] columns) {
    return StartReturns.mean(IntStream.of(columns).mapToObj(anchors::get).toList());
  }

  private void requireOptimal() {
    if (anchors.isEmpty()) {
      throw new IllegalStateException("the optimum isn't known");
    }
  }

  private void requireSameEpisodes(int length) {
    if (length != random.length) {
      throw new InvalidValueException("returns", length + " episodes", random.length + " episodes");
    }
  }
}
