package io.splitgym.agents.optimal;

import io.splitgym.channel.ChannelDynamics.GaussMarkov;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Range;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.environment.SplitRange;
import io.splitgym.reward.PerplexityModel;
import io.splitgym.validation.Require;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * The greatest expected return where the channel is a Gauss-Markov process: backward induction over
 * a grid of sigma and m. What may follow a state is integrated by Gauss-Hermite quadrature of seven
 * points for each of the two innovations, and values between the grid's nodes are interpolated
 * linearly; the episode's own start is none of the nodes but itself. The optimum sees the channel
 * and the time left before each action. Safe for use by several threads.
 */
public final class GaussMarkovOptimum implements Optimum {
  /** Some hundredths of a second for a start; {@link #error} says what they are worth. */
  static final int USUAL_NODES = 33;

  private static final int LEAST_NODES = 3;
  private static final int MOST_NODES = 257;

  /** The most values that are kept to choose actions by. */
  private static final int MOST_VALUES = 40_000_000;

  /** Of seven points, for a standard normal variable (Abramowitz and Stegun, table 25.10). */
  private static final double[] POINTS = {
    -3.750439717725742,
    -2.366759410734541,
    -1.154405394739968,
    0,
    1.154405394739968,
    2.366759410734541,
    3.750439717725742
  };

  private static final double[] WEIGHTS = {
    5.482688559722180e-4,
    3.075712396758651e-2,
    2.401231786050126e-1,
    4.571428571428571e-1,
    2.401231786050126e-1,
    3.075712396758651e-2,
    5.482688559722180e-4
  };

  private final PerplexityModel model;
  private final SplitInferenceParameters parameters;
  private final GaussMarkov dynamics;
  private final StepReward stepRewards;
  private final double[] sigmas;
  private final double[] ms;

  /** ln PPL by split, counted from the least, and node, m running fastest. */
  private final double[][] logPerplexities;

  /**
   * @param nodes of the grid in each of sigma and m, in [3, 257]
   * @throws io.splitgym.validation.InvalidValueException if the model draws noise
   */
  GaussMarkovOptimum(
      PerplexityModel model, SplitInferenceParameters parameters, GaussMarkov dynamics, int nodes) {
    Require.inRange("nodes", nodes, LEAST_NODES, MOST_NODES);
    this.model = model;
    this.parameters = parameters;
    this.dynamics = dynamics;
    this.stepRewards = new StepReward(model, parameters);
    this.sigmas = evenly(parameters.ranges().sigma(), nodes);
    this.ms = byRatio(parameters.ranges().m(), nodes);
    SplitRange splits = parameters.splits();
    this.logPerplexities = new double[splits.max() - splits.min() + 1][sigmas.length * ms.length];
    for (int p = 0; p < logPerplexities.length; p++) {
      for (int node = 0; node < logPerplexities[p].length; node++) {
        logPerplexities[p][node] = stepRewards.logPerplexity(state(node), splits.min() + p);
      }
    }
  }

  @Override
  public StartReturns returns(ChannelState start, int split) {
    return new Solution(start, split, false).returns(split);
  }

  @Override
  public List<StartReturns> returns(ChannelState start, SplitRange splits) {
    if (stepRewards.needsStart()) {
      return Optimum.super.returns(start, splits);
    }
    // no reward depends on where the split was at the reset: one solution does for all
    Solution solution = new Solution(start, splits.min(), false);
    return IntStream.rangeClosed(splits.min(), splits.max()).mapToObj(solution::returns).toList();
  }

  @Override
  public BestActions actions(ChannelState start, int split) {
    Require.inRange(
        "episodeSteps",
        parameters.episodeSteps(),
        1,
        MOST_VALUES / logPerplexities.length / nodes());
    return new Solution(start, split, true)::action;
  }

  private ChannelState state(int node) {
    return new ChannelState(sigmas[node / ms.length], ms[node % ms.length]);
  }

  private int nodes() {
    return sigmas.length * ms.length;
  }

  @Override
  public double reward(ChannelState start, int startSplit, ChannelState channel, int split) {
    return stepRewards.of(
        stepRewards.start(start, startSplit),
        channel,
        stepRewards.logPerplexity(channel, split),
        split);
  }

  @Override
  public SplitRange splits() {
    return parameters.splits();
  }

  /**
   * By how much the returns change when every other node is left out. The error falls with the
   * square of the nodes' distance, so that it is about a third of this.
   */
  @Override
  public double error(ChannelState start, int split) {
    int half = (Math.max(sigmas.length, ms.length) + 1) / 2;
    GaussMarkovOptimum coarse =
        new GaussMarkovOptimum(model, parameters, dynamics, Math.max(LEAST_NODES, half));
    return returns(start, split).farthestFrom(coarse.returns(start, split));
  }

  /** For each split the splits that its actions lead to, counted from the least. */
  private int[][] targets() {
    SplitRange splits = parameters.splits();
    int[][] targets = new int[logPerplexities.length][parameters.actions().actions()];
    for (int p = 0; p < targets.length; p++) {
      for (int action = 0; action < targets[p].length; action++) {
        targets[p][action] =
            parameters.actions().target(splits.min() + p, action, splits) - splits.min();
      }
    }
    return targets;
  }

  /** The mean of the reward and the value of the next state, for each node that it follows. */
  private static double[][] expected(
      double[][] rewards, double[][] values, Course sigma, Course m) {
    double[][] expected = new double[rewards.length][];
    for (int p = 0; p < rewards.length; p++) {
      double[] sum = new double[rewards[p].length];
      for (int node = 0; node < sum.length; node++) {
        sum[node] = rewards[p][node] + values[p][node];
      }
      expected[p] = sigma.overRows(m.overColumns(sum));
    }
    return expected;
  }

  private static double greatest(double[][] after, int[] targets, int node) {
    double greatest = Double.NEGATIVE_INFINITY;
    for (int target : targets) {
      greatest = Math.max(greatest, after[target][node]);
    }
    return greatest;
  }

  private static double mean(double[][] after, int[] targets, int node) {
    double sum = 0;
    for (int target : targets) {
      sum += after[target][node];
    }
    return sum / targets.length;
  }

  private static double staying(double[][] after, int[] targets, int p, int node) {
    for (int target : targets) {
      if (target == p) {
        return after[p][node];
      }
    }
    return Double.NaN;
  }

  /** A range without extent has a single node. */
  private static double[] evenly(Range range, int nodes) {
    return places(range, nodes, share -> range.low() + share * (range.high() - range.low()));
  }

  /** Dense where m is small, since there ln PPL changes most with it. */
  private static double[] byRatio(Range range, int nodes) {
    double ratio = range.high() / range.low();
    return places(range, nodes, share -> range.low() * StrictMath.pow(ratio, share));
  }

  private static double[] places(Range range, int nodes, DoubleUnaryOperator at) {
    int count = range.low() == range.high() ? 1 : nodes;
    double[] places = new double[count];
    for (int i = 0; i < count; i++) {
      places[i] = range.clip(at.applyAsDouble(count == 1 ? 0 : (double) i / (count - 1)));
    }
    places[count - 1] = range.high();
    return places;
  }

  /** One start's values at every node, split and step. */
  private final class Solution {
    private final int least = parameters.splits().min();
    private final int[][] targets = targets();
    private final Course sigma;
    private final Course m;
    private final double[][] rewards;

    /** The greatest expected sum of the rewards after so many steps, by split and node. */
    private final double[][][] best;

    /** After the first step, by split and node. */
    private double[][] stay;

    private double[][] random;

    /**
     * @param all whether the values after every step are kept, which actions ask for, or those
     *     after the first alone
     */
    Solution(ChannelState start, int startSplit, boolean all) {
      Require.inRange("p", startSplit, least, parameters.splits().max());
      this.sigma =
          new Course(sigmas, start.sigma(), dynamics.sigmaDeviation(), parameters.ranges().sigma());
      this.m = new Course(ms, start.m(), dynamics.mDeviation(), parameters.ranges().m());
      this.rewards = rewards(stepRewards.start(start, startSplit));
      int count = rewards.length;
      int nodes = rewards[0].length;
      int steps = parameters.episodeSteps();
      this.best = new double[all ? steps + 1 : 2][][];
      double[][] greatest = new double[count][nodes];
      keep(steps, greatest);
      this.stay = new double[count][nodes];
      this.random = new double[count][nodes];
      for (int step = steps - 1; step > 0; step--) {
        double[][] bestAfter = expected(rewards, greatest, sigma, m);
        double[][] stayAfter = expected(rewards, stay, sigma, m);
        double[][] randomAfter = expected(rewards, random, sigma, m);
        greatest = new double[count][nodes];
        stay = new double[count][nodes];
        random = new double[count][nodes];
        for (int p = 0; p < count; p++) {
          for (int node = 0; node < nodes; node++) {
            greatest[p][node] = greatest(bestAfter, targets[p], node);
            stay[p][node] = staying(stayAfter, targets[p], p, node);
            random[p][node] = mean(randomAfter, targets[p], node);
          }
        }
        keep(step, greatest);
      }
    }

    private void keep(int step, double[][] values) {
      if (step < best.length) {
        best[step] = values;
      }
    }

    private double[][] rewards(OptionalDouble startLogPerplexity) {
      double[][] all = new double[logPerplexities.length][logPerplexities[0].length];
      for (int p = 0; p < all.length; p++) {
        for (int node = 0; node < all[p].length; node++) {
          all[p][node] =
              stepRewards.of(startLogPerplexity, state(node), logPerplexities[p][node], least + p);
        }
      }
      return all;
    }

    StartReturns returns(int split) {
      int p = Require.inRange("p", split, least, parameters.splits().max()) - least;
      double[][] bestAfter = new double[rewards.length][1];
      double[][] stayAfter = new double[rewards.length][1];
      double[][] randomAfter = new double[rewards.length][1];
      for (int after : targets[p]) {
        bestAfter[after][0] = after(rewards[after], best[1][after], sigma.first, m.first);
        stayAfter[after][0] = after(rewards[after], stay[after], sigma.first, m.first);
        randomAfter[after][0] = after(rewards[after], random[after], sigma.first, m.first);
      }
      return new StartReturns(
          greatest(bestAfter, targets[p], 0),
          staying(stayAfter, targets[p], p, 0),
          mean(randomAfter, targets[p], 0));
    }

    int action(int step, ChannelState now, int split) {
      int p = Require.inRange("p", split, least, parameters.splits().max()) - least;
      double[] sigmaWeights = sigma.row(now.sigma());
      double[] mWeights = m.row(now.m());
      int action = 0;
      double greatest = Double.NEGATIVE_INFINITY;
      for (int candidate = 0; candidate < targets[p].length; candidate++) {
        int target = targets[p][candidate];
        double value = after(rewards[target], best[step + 1][target], sigmaWeights, mWeights);
        if (value > greatest) {
          greatest = value;
          action = candidate;
        }
      }
      return action;
    }

    private static double after(
        double[] rewards, double[] values, double[] sigmaWeights, double[] mWeights) {
      double sum = 0;
      for (int i = 0; i < sigmaWeights.length; i++) {
        for (int j = 0; j < mWeights.length; j++) {
          int node = i * mWeights.length + j;
          double weight = sigmaWeights[i] * mWeights[j];
          // what can't follow mustn't make the sum NaN
          sum += weight == 0 ? 0 : weight * (rewards[node] + values[node]);
        }
      }
      return sum;
    }
  }

  /** Where sigma, or m, goes from each node and from the start: weights of the nodes. */
  private final class Course {
    private final double[] places;
    private final double start;
    private final double deviation;
    private final Range range;
    private final double[][] weights;
    private final int[] from;
    private final int[] to;
    private final double[] first;

    Course(double[] places, double start, double deviation, Range range) {
      this.places = places;
      this.start = start;
      this.deviation = deviation;
      this.range = range;
      this.weights = new double[places.length][];
      this.from = new int[places.length];
      this.to = new int[places.length];
      for (int i = 0; i < places.length; i++) {
        weights[i] = row(places[i]);
        while (weights[i][from[i]] == 0) {
          from[i]++;
        }
        to[i] = places.length;
        while (weights[i][to[i] - 1] == 0) {
          to[i]--;
        }
      }
      this.first = row(start);
    }

    /** The weights of the nodes one step after that value. */
    double[] row(double now) {
      double rho = dynamics.correlation();
      double innovation = Math.sqrt(1 - rho * rho) * deviation;
      double[] row = new double[places.length];
      for (int k = 0; k < POINTS.length; k++) {
        double next = range.reflect(start + rho * (now - start) + innovation * POINTS[k]);
        if (places.length == 1) {
          row[0] += WEIGHTS[k];
          continue;
        }
        int found = Arrays.binarySearch(places, next);
        int below = Math.max(0, Math.min(places.length - 2, found >= 0 ? found : -found - 2));
        double share = (next - places[below]) / (places[below + 1] - places[below]);
        row[below] += WEIGHTS[k] * (1 - share);
        row[below + 1] += WEIGHTS[k] * share;
      }
      return row;
    }

    /** The mean over the next value, this being what runs slowest in the nodes. */
    double[] overRows(double[] values) {
      int width = values.length / places.length;
      double[] means = new double[values.length];
      for (int i = 0; i < places.length; i++) {
        for (int k = from[i]; k < to[i]; k++) {
          double weight = weights[i][k];
          for (int j = 0; j < width; j++) {
            means[i * width + j] += weight * values[k * width + j];
          }
        }
      }
      return means;
    }

    /** The mean over the next value, this being what runs fastest in the nodes. */
    double[] overColumns(double[] values) {
      int width = places.length;
      double[] means = new double[values.length];
      for (int row = 0; row < values.length; row += width) {
        for (int j = 0; j < width; j++) {
          double sum = 0;
          for (int k = from[j]; k < to[j]; k++) {
            sum += weights[j][k] * values[row + k];
          }
          means[row + j] = sum;
        }
      }
      return means;
    }
  }
}
