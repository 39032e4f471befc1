package io.splitgym.fitting;

import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Range;
import io.splitgym.measurement.LevelTable;
import io.splitgym.random.RandomStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The cells (sigma, m, p) of a fit, their targets by quadrature, parted at random.
 *
 * @param fitted what regressors see
 * @param heldOut what they are judged on
 * @param meanStandardError of the targets, in nats: how much the measurements themselves leave open
 * @param greatestStandardError of any target
 * @param standardErrorNearBest the greatest where it decides: at splits that cost at most {@value
 *     #NEAR_BEST} more than the state's best one, under the objective with both weights 1
 */
record CellGrid(
    List<Cell> fitted,
    List<Cell> heldOut,
    double meanStandardError,
    double greatestStandardError,
    double standardErrorNearBest) {
  static final double NEAR_BEST = 0.5;
  private static final double MILLION = 1e6;

  static CellGrid of(LevelTable table, FitOptions options) {
    List<ChannelState> states = states(options);
    List<Integer> splits = table.splits();
    // a state at a time, side by side: each is computed alone, so the order doesn't matter
    List<double[][]> computed = parallel(states.size(), i -> row(table, states.get(i), splits));
    RandomStream random = RandomStream.ofSeed(options.seed()).named("held-out");
    List<Cell> fitted = new ArrayList<>();
    List<Cell> heldOut = new ArrayList<>();
    double errors = 0;
    double greatest = 0;
    double nearBest = 0;
    int layers = table.measurements().setting().layers();
    for (int i = 0; i < states.size(); i++) {
      double best = Double.POSITIVE_INFINITY;
      for (int j = 0; j < splits.size(); j++) {
        best = Math.min(best, computed.get(i)[0][j] + (double) splits.get(j) / layers);
      }
      for (int j = 0; j < splits.size(); j++) {
        Cell cell = new Cell(states.get(i), splits.get(j), rounded(computed.get(i)[0][j]));
        (random.nextDouble() < options.heldOut() ? heldOut : fitted).add(cell);
        errors += computed.get(i)[1][j];
        greatest = Math.max(greatest, computed.get(i)[1][j]);
        if (computed.get(i)[0][j] + (double) splits.get(j) / layers <= best + NEAR_BEST) {
          nearBest = Math.max(nearBest, computed.get(i)[1][j]);
        }
      }
    }
    return new CellGrid(
        List.copyOf(fitted),
        List.copyOf(heldOut),
        errors / (states.size() * splits.size()),
        greatest,
        nearBest);
  }

  private static double[][] row(LevelTable table, ChannelState state, List<Integer> splits) {
    double[][] row = new double[2][splits.size()];
    for (int j = 0; j < splits.size(); j++) {
      row[0][j] = table.expectedLogPerplexity(state, splits.get(j));
      row[1][j] = table.standardError(state, splits.get(j));
    }
    return row;
  }

  /** To whole millionths, so that no platform's last bits of a logarithm reach the weights. */
  static double rounded(double target) {
    return Math.rint(target * MILLION) / MILLION;
  }

  /** Every sigma with every m. */
  static List<ChannelState> states(FitOptions options) {
    Range sigma = options.ranges().sigma();
    Range m = options.ranges().m();
    List<ChannelState> states = new ArrayList<>();
    for (double s : evenly(sigma, options.sigmas())) {
      for (double shape : byRatio(m, options.shapes())) {
        states.add(new ChannelState(s, shape));
      }
    }
    return states;
  }

  /** Numbers from one end to the other, both included. */
  static double[] evenly(Range range, int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = range.clip(range.low() + (range.high() - range.low()) * i / (count - 1));
    }
    return values;
  }

  /** Numbers from one end to the other, both included, each the same multiple of the last. */
  static double[] byRatio(Range range, int count) {
    double ratio = StrictMath.log(range.high() / range.low());
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      // at the ends exactly what the range says, and on every platform the same
      values[i] =
          i == count - 1
              ? range.high()
              : range.clip(range.low() * StrictMath.exp(ratio * i / (count - 1)));
    }
    return values;
  }

  static <T> List<T> parallel(int count, IntFunction<T> work) {
    return IntStream.range(0, count).parallel().mapToObj(work).toList();
  }
}
