package io.splitgym.measurement;

import io.splitgym.channel.Channel;
import io.splitgym.channel.Transmission;
import io.splitgym.perplexity.EvaluationSetting;
import io.splitgym.perplexity.WindowLosses;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** Measurements that are what a test says. */
final class GivenMeasurements {
  private static final double CLEAN = 3;

  /** What a channel costs, in nats a token. */
  @FunctionalInterface
  interface Harm {
    double of(int window, double level, int draw);
  }

  private GivenMeasurements() {}

  /**
   * Every split at every level, all with the same harm.
   *
   * @param tokens that each window scores
   * @param draws of each split
   */
  static Measurements of(
      Channel channel,
      List<Integer> tokens,
      List<Integer> splits,
      List<Double> levels,
      IntUnaryOperator draws,
      Harm harm) {
    EvaluationSetting setting = new AnalyticEvaluator(6, tokens.size(), 0).setting();
    List<Measurement> noisy = new ArrayList<>();
    for (int split : splits) {
      for (double level : levels) {
        for (int draw = 1; draw <= draws.applyAsInt(split); draw++) {
          int one = draw;
          noisy.add(
              new Measurement(
                  new MeasurementKey(
                      setting, new Transmission.AtLevel(channel, level), split, draw),
                  losses(tokens, window -> harm.of(window, level, one)),
                  0));
        }
      }
    }
    return new Measurements(
        setting,
        channel,
        new Measurement(MeasurementKey.clean(setting), losses(tokens, window -> 0), 0),
        noisy);
  }

  private static WindowLosses losses(List<Integer> tokens, IntToDoubleFunction harm) {
    return new WindowLosses(
        IntStream.range(0, tokens.size())
            .mapToObj(window -> tokens.get(window) * (CLEAN + harm.applyAsDouble(window)))
            .toList(),
        tokens);
  }
}
