package io.splitgym.measurement;

import io.splitgym.channel.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Sweeps of {@link AnalyticEvaluator} over the default levels. */
public final class AnalyticMeasurements {
  private static final int LAYERS = 6;

  private AnalyticMeasurements() {}

  /** Every split of six layers. */
  public static Measurements of(Channel channel, int draws) {
    return of(
        channel,
        4,
        SweepPlan.defaultLevels(channel),
        IntStream.range(1, LAYERS).boxed().toList(),
        draws);
  }

  /** Some splits at some levels, over a text of so many windows, the last one shorter. */
  public static Measurements of(
      Channel channel, int windows, List<Double> levels, List<Integer> splits, int draws) {
    AnalyticEvaluator evaluator = new AnalyticEvaluator(LAYERS, windows, 0);
    return taken(
        evaluator,
        channel,
        SweepPlan.overLevels(
            evaluator.setting(),
            channel,
            levels,
            splits,
            LongStream.rangeClosed(1, draws).boxed().toList()));
  }

  /** Direct draws, of noise seeds that {@link #of} has none of. */
  public static Measurements steps(
      Channel channel,
      int windows,
      List<Double> sigmas,
      List<Double> shapes,
      List<Integer> splits,
      int draws) {
    AnalyticEvaluator evaluator = new AnalyticEvaluator(LAYERS, windows, 0);
    return taken(
        evaluator,
        channel,
        SweepPlan.overStates(
            evaluator.setting(),
            channel,
            sigmas,
            shapes,
            splits,
            LongStream.rangeClosed(1001, 1000 + draws).boxed().toList()));
  }

  private static Measurements taken(AnalyticEvaluator evaluator, Channel channel, SweepPlan plan) {
    List<Measurement> all = new ArrayList<>();
    plan.cells().forEach(key -> all.add(Measurement.take(evaluator, key)));
    return Measurements.of(evaluator.setting(), channel, all);
  }
}
