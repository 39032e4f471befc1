package io.splitgym.surrogate;

import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.ChannelState;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;

/**
 * Where a surrogate was fitted, and so where it may be asked.
 *
 * @param ranges of the channel's state
 * @param leastSplit the first split, at least 1
 * @param greatestSplit the last split
 */
public record SurrogateDomain(ChannelRanges ranges, int leastSplit, int greatestSplit) {
  public SurrogateDomain {
    Require.inRange("leastSplit", leastSplit, 1, Integer.MAX_VALUE);
    Require.inRange("greatestSplit", greatestSplit, leastSplit, Integer.MAX_VALUE);
  }

  /** Whether it may be asked there. */
  public boolean contains(ChannelState state, int split) {
    return ranges.sigma().contains(state.sigma())
        && ranges.m().contains(state.m())
        && split >= leastSplit
        && split <= greatestSplit;
  }

  /**
   * @throws InvalidValueException naming what lies outside
   */
  void requireInside(double sigma, double m, int split) {
    Require.inRange("sigma", sigma, ranges.sigma().low(), ranges.sigma().high());
    Require.inRange("m", m, ranges.m().low(), ranges.m().high());
    Require.inRange("split", split, leastSplit, greatestSplit);
  }
}
