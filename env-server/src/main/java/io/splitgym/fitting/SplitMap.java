package io.splitgym.fitting;

import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.ChannelState;
import io.splitgym.reward.Reward;
import io.splitgym.reward.SplitOutcome;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What every split costs at every sigma and m of a grid: the reward for being there, its sign
 * turned. A reward that compares with an episode's start is averaged over starts in the same state
 * at every split but the deepest, as in the released code.
 */
final class SplitMap {
  /** E[ln PPL] in nats. */
  interface Curve {
    double at(ChannelState state, int split);
  }

  private final double[] sigmas;
  private final double[] shapes;
  private final List<Integer> splits;
  private final List<double[]> costs;

  /**
   * @param splits ascending; the last one is the reward's p_max
   * @param clean ln PPL without a channel
   * @param layers the number L
   */
  SplitMap(
      ChannelRanges ranges,
      int sigmaCount,
      int shapeCount,
      List<Integer> splits,
      double clean,
      int layers,
      Curve curve,
      Reward reward) {
    this.sigmas = CellGrid.evenly(ranges.sigma(), sigmaCount);
    this.shapes = CellGrid.byRatio(ranges.m(), shapeCount);
    this.splits = splits;
    this.costs =
        CellGrid.parallel(
            sigmaCount * shapeCount,
            state -> {
              ChannelState at =
                  new ChannelState(sigmas[state / shapeCount], shapes[state % shapeCount]);
              double[] curves = splits.stream().mapToDouble(split -> curve.at(at, split)).toArray();
              return IntStream.range(0, curves.length)
                  .mapToDouble(i -> cost(at, curves, i, clean, layers, reward))
                  .toArray();
            });
  }

  private double cost(
      ChannelState at, double[] curves, int index, double clean, int layers, Reward reward) {
    int starts = reward.needsStart() ? Math.max(1, curves.length - 1) : 1;
    double sum = 0;
    for (int start = 0; start < starts; start++) {
      sum +=
          reward
              .of(
                  new SplitOutcome(
                      at,
                      OptionalDouble.of(curves[start]),
                      curves[index],
                      clean,
                      splits.get(index),
                      splits.get(splits.size() - 1),
                      layers))
              .total();
    }
    return -sum / starts;
  }

  double[] sigmas() {
    return sigmas;
  }

  double[] shapes() {
    return shapes;
  }

  /** How many different splits are best somewhere. */
  int distinct() {
    Set<Integer> found = new HashSet<>();
    for (int sigma = 0; sigma < sigmas.length; sigma++) {
      for (int shape = 0; shape < shapes.length; shape++) {
        found.add(best(sigma, shape));
      }
    }
    return found.size();
  }

  /** The cheapest split; the shallowest where several are. */
  int best(int sigma, int shape) {
    double[] costOfEach = costs.get(sigma * shapes.length + shape);
    int best = 0;
    for (int i = 1; i < costOfEach.length; i++) {
      if (costOfEach[i] < costOfEach[best]) {
        best = i;
      }
    }
    return splits.get(best);
  }

  double cost(int sigma, int shape, int split) {
    return costs.get(sigma * shapes.length + shape)[splits.indexOf(split)];
  }
}
