package io.splitgym.measurement;

import io.splitgym.channel.Channel;
import io.splitgym.channel.Transmission;
import io.splitgym.perplexity.EvaluationSetting;
import io.splitgym.validation.InvalidValueException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * All that was measured of one channel under one setting, and the clean value that it stands
 * beside.
 *
 * @param noisy in the order of split, level or else sigma and m, and noise seed; every one under
 *     this setting and channel, with as many windows as the clean one
 */
public record Measurements(
    EvaluationSetting setting, Channel channel, Measurement clean, List<Measurement> noisy) {
  private static final Comparator<Measurement> ORDER =
      Comparator.comparingInt((Measurement measurement) -> measurement.key().split())
          .thenComparing(measurement -> level(measurement.key().transmission()))
          .thenComparing(measurement -> sigma(measurement.key().transmission()))
          .thenComparing(measurement -> shape(measurement.key().transmission()))
          .thenComparing(measurement -> measurement.key().noiseSeed());

  public Measurements {
    noisy = noisy.stream().sorted(ORDER).toList();
    if (!clean.key().equals(MeasurementKey.clean(setting))) {
      throw new InvalidValueException("clean measurement", clean.key(), "without a channel");
    }
    for (Measurement measurement : noisy) {
      MeasurementKey key = measurement.key();
      if (!key.setting().equals(setting)
          || !channelOf(key.transmission()).equals(Optional.of(channel))) {
        throw new InvalidValueException(
            "measurement", key, "of " + setting + " under " + channel.description());
      }
      if (!measurement.losses().tokens().equals(clean.losses().tokens())) {
        throw new InvalidValueException(
            "tokens of the windows",
            measurement.losses().tokens(),
            "as in the clean measurement: " + clean.losses().tokens());
      }
    }
  }

  /**
   * Those of that channel among measurements of one setting.
   *
   * @throws InvalidValueException if the clean value is not among them
   */
  public static Measurements of(
      EvaluationSetting setting, Channel channel, Collection<Measurement> all) {
    MeasurementKey cleanKey = MeasurementKey.clean(setting);
    Measurement clean =
        all.stream()
            .filter(measurement -> measurement.key().equals(cleanKey))
            .findFirst()
            .orElseThrow(
                () ->
                    new InvalidValueException(
                        "measurements", all.size() + " without the clean value", "with it"));
    List<Measurement> noisy =
        all.stream()
            .filter(
                measurement ->
                    channelOf(measurement.key().transmission()).equals(Optional.of(channel)))
            .toList();
    return new Measurements(setting, channel, clean, noisy);
  }

  /** Those of some splits only. */
  public Measurements ofSplits(Collection<Integer> splits) {
    return new Measurements(
        setting,
        channel,
        clean,
        noisy.stream().filter(one -> splits.contains(one.key().split())).toList());
  }

  /** Without direct draws: what a {@link LevelTable} is made from. */
  public Measurements overLevels() {
    return ofKind(Transmission.AtLevel.class);
  }

  /** Direct draws alone. */
  public Measurements overStates() {
    return ofKind(Transmission.AtState.class);
  }

  private Measurements ofKind(Class<? extends Transmission> kind) {
    return new Measurements(
        setting,
        channel,
        clean,
        noisy.stream()
            .filter(measurement -> kind.isInstance(measurement.key().transmission()))
            .toList());
  }

  /** Empty for the clean transmission. */
  static Optional<Channel> channelOf(Transmission transmission) {
    if (transmission instanceof Transmission.AtLevel atLevel) {
      return Optional.of(atLevel.channel());
    }
    if (transmission instanceof Transmission.AtState atState) {
      return Optional.of(atState.channel());
    }
    return Optional.empty();
  }

  private static double level(Transmission transmission) {
    return transmission instanceof Transmission.AtLevel atLevel ? atLevel.level() : -1;
  }

  private static double sigma(Transmission transmission) {
    return transmission instanceof Transmission.AtState atState ? atState.state().sigma() : -1;
  }

  private static double shape(Transmission transmission) {
    return transmission instanceof Transmission.AtState atState ? atState.state().m() : -1;
  }
}
