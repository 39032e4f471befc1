package io.splitgym.measurement;

import io.splitgym.channel.Transmission;
import io.splitgym.perplexity.EvaluationSetting;
import io.splitgym.validation.Require;

/**
 * What identifies a measurement: everything that its result depends on. Without a channel neither
 * split nor noise matters, so the clean value has one key only, with split 1 and noise seed 0.
 *
 * @param split in 1..L-1
 * @param noiseSeed the seed that the evaluator draws each window's noise from
 */
public record MeasurementKey(
    EvaluationSetting setting, Transmission transmission, int split, long noiseSeed) {
  public MeasurementKey {
    Require.inRange("split", split, 1, setting.layers() - 1);
    if (transmission instanceof Transmission.Clean) {
      split = 1;
      noiseSeed = 0;
    }
  }

  /** The key of the value without a channel. */
  public static MeasurementKey clean(EvaluationSetting setting) {
    return new MeasurementKey(setting, new Transmission.Clean(), 1, 0);
  }
}
