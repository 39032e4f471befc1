package io.splitgym.cli;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** The least, the middle and the greatest of some seconds. */
record Spread(double min, double median, double max) {
  static Spread of(List<FirstStep> runs, ToDoubleFunction<FirstStep> seconds) {
    double[] sorted = runs.stream().mapToDouble(seconds).sorted().toArray();
    int half = sorted.length / 2;
    double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    return new Spread(sorted[0], median, sorted[sorted.length - 1]);
  }
}
