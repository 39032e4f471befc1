package io.splitgym.measurement;

import io.splitgym.channel.Channel;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Erasure;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.channel.Transmission;
import io.splitgym.perplexity.EvaluationSetting;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.List;

/**
 * Which cells a sweep measures, in which order: the clean value, then all cells of the first noise
 * seed before any of the second, so that a sweep that was cut short is a complete one of fewer
 * draws; within a seed split by split, since an evaluator keeps a split's hidden states at hand.
 *
 * @param cells without repetition, all of one setting
 */
public record SweepPlan(List<MeasurementKey> cells) {
  /**
   * Effective noise, from harmless at every split to where even the deepest splits have lost
   * everything; half octaves where SmolLM2-135M's first splits break one after the other.
   */
  private static final List<Double> FADING_AWGN_LEVELS =
      List.of(
          0.03125, 0.125, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 16.0, 32.0, 64.0,
          128.0, 256.0, 1024.0);

  /** Loss probabilities; sigma up to 0.3 with m from 0.5 reaches 0.4. */
  private static final List<Double> ERASURE_LEVELS =
      List.of(
          0.001, 0.002, 0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4,
          0.5);

  public SweepPlan {
    cells = cells.stream().distinct().toList();
    if (cells.isEmpty()) {
      throw new InvalidValueException("cells", "empty", "at least one");
    }
  }

  /** Levels that resolve where the splits of a small LLM break, and 0 where a codec rounds. */
  public static List<Double> defaultLevels(Channel channel) {
    List<Double> levels = new ArrayList<>();
    if (!channel.exactAtLevelZero()) {
      levels.add(0.0);
    }
    levels.addAll(channel instanceof Erasure ? ERASURE_LEVELS : FADING_AWGN_LEVELS);
    return levels;
  }

  /**
   * Every split at every level.
   *
   * @throws InvalidValueException if the channel has no level
   */
  public static SweepPlan overLevels(
      EvaluationSetting setting,
      Channel channel,
      List<Double> levels,
      List<Integer> splits,
      List<Long> noiseSeeds) {
    requireLevel(channel);
    List<Transmission> transmissions = new ArrayList<>();
    for (double level : levels) {
      transmissions.add(new Transmission.AtLevel(channel, level));
    }
    return of(setting, transmissions, splits, noiseSeeds);
  }

  /** Every split at every pair of sigma and m, the fading drawn with the noise. */
  public static SweepPlan overStates(
      EvaluationSetting setting,
      Channel channel,
      List<Double> sigmas,
      List<Double> shapes,
      List<Integer> splits,
      List<Long> noiseSeeds) {
    List<Transmission> transmissions = new ArrayList<>();
    for (double sigma : sigmas) {
      for (double m : shapes) {
        transmissions.add(new Transmission.AtState(channel, new ChannelState(sigma, m)));
      }
    }
    return of(setting, transmissions, splits, noiseSeeds);
  }

  private static SweepPlan of(
      EvaluationSetting setting,
      List<Transmission> transmissions,
      List<Integer> splits,
      List<Long> noiseSeeds) {
    List<MeasurementKey> cells = new ArrayList<>();
    cells.add(MeasurementKey.clean(setting));
    for (long seed : noiseSeeds) {
      for (int split : splits) {
        for (Transmission transmission : transmissions) {
          if (seed == noiseSeeds.get(0) || transmission.random()) {
            cells.add(new MeasurementKey(setting, transmission, split, seed));
          }
        }
      }
    }
    return new SweepPlan(cells);
  }

  static void requireLevel(Channel channel) {
    if (!channel.hasLevel()) {
      throw new InvalidValueException(
          "channel",
          channel.description(),
          "one whose level suffices ("
              + FadingAwgn.NAME
              + " constant over a window and equalised, "
              + "or "
              + Erasure.NAME
              + "); measure others by draws, with sigma and m");
    }
  }
}
