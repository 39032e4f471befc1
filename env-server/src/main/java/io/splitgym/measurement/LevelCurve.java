package io.splitgym.measurement;

import io.splitgym.channel.Channel;
import io.splitgym.channel.Erasure;
import java.util.Arrays;

/**
 * A mean loss as a function of the channel's level: the known value at level 0, a power of the
 * level up to the first one measured (harm grows with the noise's power, the square of its
 * amplitude, and in proportion to the probability of loss), then {@link MonotoneInterpolant} over
 * the level's logarithm, then the last value for good.
 */
public final class LevelCurve {
  private final double atZero;
  private final double[] levels;
  private final double[] values;
  private final int firstPower;
  private final MonotoneInterpolant overLogLevel;

  LevelCurve(Channel channel, double atZero, double[] levels, double[] values) {
    this.atZero = atZero;
    this.levels = levels;
    this.values = values;
    this.firstPower = channel instanceof Erasure ? 1 : 2;
    this.overLogLevel =
        new MonotoneInterpolant(Arrays.stream(levels).map(Math::log).toArray(), values);
  }

  /** The measured levels, ascending. */
  public double[] levels() {
    return levels.clone();
  }

  /** The value at each of {@link #levels}. */
  public double[] values() {
    return values.clone();
  }

  /**
   * @param level at least 0
   */
  public double at(double level) {
    if (level >= levels[0]) {
      return overLogLevel.at(Math.log(level));
    }
    return atZero + (values[0] - atZero) * Math.pow(level / levels[0], firstPower);
  }
}
