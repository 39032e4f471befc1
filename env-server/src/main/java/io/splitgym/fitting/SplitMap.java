package io.splitgym.fitting;

import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.ChannelState;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What every split costs, ln PPL over clean plus p/L, at every sigma and m of a grid: the objective
 * with both weights 1, its sign turned.
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
      Curve curve) {
    this.sigmas = CellGrid.evenly(ranges.sigma(), sigmaCount);
    this.shapes = CellGrid.byRatio(ranges.m(), shapeCount);
    this.splits = splits;
    this.costs =
        CellGrid.parallel(
            sigmaCount * shapeCount,
            state -> {
              ChannelState at =
                  new ChannelState(sigmas[state / shapeCount], shapes[state % shapeCount]);
              return splits.stream()
                  .mapToDouble(split -> curve.at(at, split) - clean + (double) split / layers)
                  .toArray();
            });
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
