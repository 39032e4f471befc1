package io.splitgym.agents;

import io.splitgym.channel.Channel;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.channel.Transmission;
import io.splitgym.measurement.Measurement;
import io.splitgym.measurement.MeasurementKey;
import io.splitgym.measurement.Measurements;
import io.splitgym.perplexity.EvaluationSetting;
import io.splitgym.perplexity.WindowLosses;
import java.util.ArrayList;
import java.util.List;

/** Measurements of a small LLM that is a formula: deeper splits bear more noise. */
public final class AnalyticMeasurements {
  public static final List<Double> LEVELS = List.of(0.125, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 64.0);
  public static final double SECONDS = 0.25;

  private static final int LAYERS = 10;
  private static final int TOKENS = 100;
  private static final double CLEAN = 3;

  private AnalyticMeasurements() {}

  /** What they were measured under. */
  public static EvaluationSetting setting(String model) {
    return new EvaluationSetting(
        model, "hash of " + model, LAYERS, "text", "hash", 101, 101, 101, 1024, "f32");
  }

  /** What the LLM loses behind a channel; at level 0 as without one. */
  public static WindowLosses losses(int split, double level) {
    double relative = level / split;
    double lost = 8 * relative * relative / (1 + relative * relative);
    return new WindowLosses(List.of(TOKENS * (CLEAN + lost)), List.of(TOKENS));
  }

  /** Of every split at every level; each took {@link #SECONDS}. */
  public static Measurements of(String model) {
    EvaluationSetting setting = setting(model);
    Channel channel = FadingAwgn.ofUnit(10);
    List<Measurement> noisy = new ArrayList<>();
    for (int split = 1; split < LAYERS; split++) {
      for (double level : LEVELS) {
        MeasurementKey key =
            new MeasurementKey(setting, new Transmission.AtLevel(channel, level), split, 1);
        noisy.add(new Measurement(key, losses(split, level), SECONDS));
      }
    }
    Measurement clean = new Measurement(MeasurementKey.clean(setting), losses(1, 0), SECONDS);
    return new Measurements(setting, channel, clean, noisy);
  }
}
