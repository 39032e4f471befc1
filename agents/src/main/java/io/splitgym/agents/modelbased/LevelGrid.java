package io.splitgym.agents.modelbased;

import io.splitgym.channel.Channel;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Erasure;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.channel.Nakagami;
import io.splitgym.environment.SplitRange;
import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.List;

/**
 * The cells that an LLM behind a channel is measured at: every split at every one of some levels.
 *
 * @param channel one whose level suffices, and that does nothing at level 0
 * @param layers the LLM's number L of layers
 * @param levels above 0, ascending
 * @param splits that are measured
 */
public record LevelGrid(Channel channel, int layers, List<Double> levels, SplitRange splits) {
  public LevelGrid {
    levels = List.copyOf(levels);
    if (!channel.hasLevel()) {
      throw new InvalidValueException("channel", channel.description(), "one whose level suffices");
    }
    if (!channel.exactAtLevelZero()) {
      throw new InvalidValueException("channel", channel.description(), "one without a codec");
    }
    if (levels.isEmpty() || levels.get(0) <= 0) {
      throw new InvalidValueException("levels", levels, "at least one, all above 0");
    }
    for (int i = 1; i < levels.size(); i++) {
      if (levels.get(i) <= levels.get(i - 1)) {
        throw new InvalidValueException("levels", levels, "ascending");
      }
    }
    if (splits.max() >= layers) {
      throw new InvalidValueException("splits", splits, "below the " + layers + " layers");
    }
  }

  /** All cells, split by split, but for the clean one. */
  public List<Cell> cells() {
    List<Cell> cells = new ArrayList<>();
    for (int split = splits.min(); split <= splits.max(); split++) {
      for (int level = 0; level < levels.size(); level++) {
        cells.add(new Cell(level, split));
      }
    }
    return cells;
  }

  int splitCount() {
    return splits.max() - splits.min() + 1;
  }

  /** The level that a window meets: its fading is drawn where the channel has any. */
  double drawLevel(ChannelState state, RandomStream random) {
    if (channel instanceof FadingAwgn fading) {
      double amplitude = new Nakagami(state.m()).sample(random.named("fading"));
      return fading.noiseDeviation(state) / amplitude;
    }
    if (channel instanceof Erasure erasure) {
      return erasure.lossProbability(state);
    }
    throw new InvalidValueException(
        "channel", channel.name(), FadingAwgn.NAME + " or " + Erasure.NAME);
  }
}
