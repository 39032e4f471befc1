package io.splitgym.agents.optimal;

import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Range;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.environment.SplitRange;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Exact returns averaged over the starts: over splits by counting, over sigma and m, which are
 * uniform, by Simpson's rule, whose points are doubled until the mean changes no more.
 *
 * @param returns the means
 * @param error by how much they changed at the last doubling, at most, and what the optimum itself
 *     may be off in the middle of the ranges
 * @param starts how many starts were solved for them
 */
public record MeanReturns(StartReturns returns, double error, long starts) {
  private static final StartReturns NOTHING = new StartReturns(0, 0, 0);
  private static final int FIRST_INTERVALS = 16;
  private static final int MOST_INTERVALS = 512;
  private static final long MOST_STARTS = 150_000;
  // each takes a sweep over a grid of its own, some hundredths of a second
  private static final long MOST_STARTS_OF_A_RANDOM_CHANNEL = 40_000;
  private static final double TOLERANCE = 3e-5;

  /**
   * Averages over the starts that a reset draws.
   *
   * @throws io.splitgym.validation.InvalidValueException as {@link Optimum#returns} does
   */
  public static MeanReturns of(Optimum optimum, SplitInferenceParameters parameters) {
    long most =
        optimum instanceof GaussMarkovOptimum ? MOST_STARTS_OF_A_RANDOM_CHANNEL : MOST_STARTS;
    int intervals = FIRST_INTERVALS;
    StartReturns coarse = mean(optimum, parameters, intervals);
    while (true) {
      intervals *= 2;
      StartReturns fine = mean(optimum, parameters, intervals);
      double change = fine.farthestFrom(coarse);
      boolean precise = change <= TOLERANCE * Math.max(1, Math.abs(fine.optimal()));
      if (precise || 2 * intervals > MOST_INTERVALS || starts(parameters, 2 * intervals) > most) {
        double ofTheOptimum =
            optimum.error(
                new ChannelState(
                    middle(parameters.ranges().sigma()), middle(parameters.ranges().m())),
                (parameters.starts().min() + parameters.starts().max()) / 2);
        return new MeanReturns(fine, change + ofTheOptimum, starts(parameters, intervals));
      }
      coarse = fine;
    }
  }

  private static double middle(Range range) {
    return range.clip(range.low() + (range.high() - range.low()) / 2);
  }

  private record Node(ChannelState state, double weight) {}

  private static StartReturns mean(
      Optimum optimum, SplitInferenceParameters parameters, int intervals) {
    double[][] sigmas = simpson(parameters.ranges().sigma(), intervals);
    double[][] ms = simpson(parameters.ranges().m(), intervals);
    SplitRange splits = parameters.starts();
    int count = splits.max() - splits.min() + 1;
    List<Node> nodes =
        IntStream.range(0, sigmas[0].length * ms[0].length)
            .mapToObj(
                i -> {
                  int sigma = i / ms[0].length;
                  int m = i % ms[0].length;
                  return new Node(
                      new ChannelState(sigmas[0][sigma], ms[0][m]),
                      sigmas[1][sigma] * ms[1][m] / count);
                })
            .toList();
    List<List<StartReturns>> each =
        nodes.parallelStream().map(node -> optimum.returns(node.state, splits)).toList();
    // in one order, whatever the number of threads
    StartReturns sum = NOTHING;
    for (int i = 0; i < nodes.size(); i++) {
      for (StartReturns returns : each.get(i)) {
        sum = sum.plus(returns, nodes.get(i).weight);
      }
    }
    return sum;
  }

  private static long starts(SplitInferenceParameters parameters, int intervals) {
    long splits = parameters.starts().max() - parameters.starts().min() + 1L;
    return splits
        * points(parameters.ranges().sigma(), intervals)
        * points(parameters.ranges().m(), intervals);
  }

  private static int points(Range range, int intervals) {
    return range.low() == range.high() ? 1 : intervals + 1;
  }

  /** Points and weights of a mean; a range without extent has a single point. */
  private static double[][] simpson(Range range, int intervals) {
    int points = points(range, intervals);
    double[] places = new double[points];
    double[] weights = new double[points];
    for (int i = 0; i < points; i++) {
      double share = points == 1 ? 0 : (double) i / intervals;
      places[i] = range.clip(range.low() + share * (range.high() - range.low()));
      boolean end = i == 0 || i == points - 1;
      weights[i] = points == 1 ? 1 : (end ? 1.0 : i % 2 == 1 ? 4.0 : 2.0) / (3.0 * intervals);
    }
    return new double[][] {places, weights};
  }
}
