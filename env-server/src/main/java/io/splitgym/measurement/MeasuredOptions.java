package io.splitgym.measurement;

import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Range;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;

/**
 * How the measured LLM answers so that visited cells come from the store. All off is exact; grids
 * and a pool make it faster the longer it is used.
 *
 * @param noisePool how many noise seeds there are to draw from; 0 for no limit
 * @param sigmaLevels sigma is snapped to the nearest of so many values, at least 2, evenly spaced
 *     over its range; 0 leaves it as it is
 * @param mLevels m is snapped to the nearest, by ratio, of so many values, at least 2, evenly
 *     spaced over its range on a logarithmic scale; 0 leaves it as it is
 * @param ranges what the grids span; a state outside of its grid is refused
 */
public record MeasuredOptions(int noisePool, int sigmaLevels, int mLevels, ChannelRanges ranges) {
  private static final int MANY = 1_000_000;

  public MeasuredOptions {
    Require.inRange("noisePool", noisePool, 0, Integer.MAX_VALUE);
    requireLevels("sigmaLevels", sigmaLevels);
    requireLevels("mLevels", mLevels);
  }

  /**
   * The state that is evaluated where this one is asked for.
   *
   * @throws InvalidValueException if it lies outside of a grid
   */
  ChannelState snap(ChannelState state) {
    double sigma = state.sigma();
    double m = state.m();
    if (sigmaLevels > 0) {
      Range range = ranges.sigma();
      Require.inRange("sigma", sigma, range.low(), range.high());
      sigma = nearest(sigma, range, sigmaLevels);
    }
    if (mLevels > 0) {
      Range range = ranges.m();
      Require.inRange("m", m, range.low(), range.high());
      // StrictMath: the snapped value is part of a key, on every platform the same
      Range exponents = new Range(0, StrictMath.log(range.high() / range.low()));
      double exponent = nearest(StrictMath.log(m / range.low()), exponents, mLevels);
      m =
          exponent == exponents.high()
              ? range.high()
              : range.clip(range.low() * StrictMath.exp(exponent));
    }
    return new ChannelState(sigma, m);
  }

  private static double nearest(double value, Range range, int levels) {
    double width = range.high() - range.low();
    if (width == 0) {
      return range.low();
    }
    long step = Math.round((value - range.low()) / width * (levels - 1));
    return step == levels - 1 ? range.high() : range.low() + width * step / (levels - 1);
  }

  private static void requireLevels(String field, int levels) {
    if (levels != 0 && (levels < 2 || levels > MANY)) {
      throw new InvalidValueException(field, levels, "0 (off) or in [2, " + MANY + "]");
    }
  }
}
