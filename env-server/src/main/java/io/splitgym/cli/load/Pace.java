package io.splitgym.cli.load;

import java.util.Arrays;
import java.util.List;

/**
 * How fast answers came.
 *
 * @param messages a second, resets among them; the median over the repeats
 * @param steps a second, in all the time, that of resets included; the median over the repeats
 * @param p50 microseconds that half of the steps took at most
 * @param p99 microseconds that 99 % of the steps took at most
 */
public record Pace(double messages, double steps, double p50, double p99) {
  private static final double NANOS = 1e9;
  private static final double NANOS_A_MICROSECOND = 1e3;

  /** One stretch of asking. */
  @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
  record Stretch(long messages, long[] latencies, long nanos) {
    double perSecond() {
      return messages * NANOS / nanos;
    }
  }

  static Pace of(List<Stretch> stretches) {
    long[] sorted =
        stretches.stream().flatMapToLong(s -> Arrays.stream(s.latencies())).sorted().toArray();
    return new Pace(
        median(stretches.stream().mapToDouble(Stretch::perSecond).toArray()),
        median(
            stretches.stream()
                .mapToDouble(s -> s.latencies().length * NANOS / s.nanos())
                .toArray()),
        quantile(sorted, 0.5),
        quantile(sorted, 0.99));
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static double quantile(long[] sorted, double share) {
    return sorted.length == 0
        ? Double.NaN
        : sorted[(int) (share * (sorted.length - 1))] / NANOS_A_MICROSECOND;
  }
}
