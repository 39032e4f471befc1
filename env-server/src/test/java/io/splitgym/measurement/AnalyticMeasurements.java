package io.splitgym.measurement;

import io.splitgym.channel.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Sweeps of {@link AnalyticEvaluator} over the default levels. */
public final class AnalyticMeasurements {
  private AnalyticMeasurements() {}

  /** Every split of six layers. */
  public static Measurements of(Channel channel, int draws) {
    AnalyticEvaluator evaluator = new AnalyticEvaluator(6, 4, 0);
    List<Measurement> all = new ArrayList<>();
    SweepPlan.overLevels(
            evaluator.setting(),
            channel,
            SweepPlan.defaultLevels(channel),
            IntStream.range(1, evaluator.layers()).boxed().toList(),
            LongStream.rangeClosed(1, draws).boxed().toList())
        .cells()
        .forEach(key -> all.add(Measurement.take(evaluator, key)));
    return Measurements.of(evaluator.setting(), channel, all);
  }
}
