package io.splitgym.agents.evaluation;

import io.splitgym.random.RandomStream;
import io.splitgym.validation.Require;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * 95 % percentile intervals by resampling (Efron, "Bootstrap methods: another look at the
 * jackknife", 1979). Training seeds and episodes are resampled independently of each other, since
 * every seed's agent plays the same episodes; what there is one of only is kept as it is.
 *
 * @param seed of the resampling
 * @param resamples at least 1
 */
public record Bootstrap(long seed, int resamples) {
  private static final double TAIL = 0.025;
  private static final int DEFAULT_RESAMPLES = 2000;

  public Bootstrap {
    Require.positive("resamples", resamples);
  }

  /** With as many resamples as give the ends of an interval to two digits. */
  public static Bootstrap ofSeed(long seed) {
    return new Bootstrap(seed, DEFAULT_RESAMPLES);
  }

  /** A number computed from some of the training seeds and some of the episodes. */
  @FunctionalInterface
  public interface Statistic {
    /**
     * @param rows indices of training seeds, possibly repeated
     * @param columns indices of episodes, possibly repeated
     */
    double of(int[] rows, int[] columns);
  }

  /**
   * @param rows how many training seeds there are
   * @param columns how many episodes there are
   */
  public Interval interval(int rows, int columns, Statistic statistic) {
    Require.positive("seeds", rows);
    Require.positive("episodes", columns);
    return interval(
        statistic.of(IntStream.range(0, rows).toArray(), IntStream.range(0, columns).toArray()),
        random -> statistic.of(resample(rows, random), resample(columns, random)));
  }

  /**
   * The stratified bootstrap of Agarwal et al., "Deep reinforcement learning at the edge of the
   * statistical precipice" (NeurIPS 2021): each task's runs are resampled among themselves.
   *
   * @param runs a score for each training seed, by task; of any numbers of seeds
   * @param statistic of the scores of all tasks together
   */
  public Interval stratified(List<double[]> runs, ToDoubleFunction<double[]> statistic) {
    Require.positive("tasks", runs.size());
    runs.forEach(scores -> Require.positive("seeds", scores.length));
    return interval(
        statistic.applyAsDouble(runs.stream().flatMapToDouble(Arrays::stream).toArray()),
        random ->
            statistic.applyAsDouble(
                runs.stream()
                    .flatMapToDouble(
                        scores ->
                            IntStream.of(resample(scores.length, random))
                                .mapToDouble(i -> scores[i]))
                    .toArray()));
  }

  private Interval interval(double estimate, ToDoubleFunction<RandomStream> resampled) {
    RandomStream random = RandomStream.ofSeed(seed).named("bootstrap");
    double[] values = new double[resamples];
    for (int i = 0; i < resamples; i++) {
      values[i] = resampled.applyAsDouble(random);
    }
    Arrays.sort(values);
    return new Interval(estimate, quantile(values, TAIL), quantile(values, 1 - TAIL));
  }

  private static int[] resample(int count, RandomStream random) {
    int[] indices = new int[count];
    for (int i = 0; i < count; i++) {
      indices[i] = random.nextInteger(0, count - 1);
    }
    return indices;
  }

  /** By linear interpolation between the order statistics. */
  private static double quantile(double[] sorted, double probability) {
    double place = probability * (sorted.length - 1);
    int below = (int) Math.floor(place);
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
