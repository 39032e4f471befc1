package io.splitgym.agents.modelbased;

import io.splitgym.channel.Erasure;
import java.util.Arrays;

/**
 * What is between measured levels: ln PPL is linear in the level's logarithm there. Below the first
 * level it goes to the clean value by a power of the level, as {@link
 * io.splitgym.measurement.LevelCurve} has it; behind the last it stays. So every value is a mean of
 * two measured ones, and can be had by drawing one of the two.
 */
final class BetweenLevels {
  private final double[] levels;
  private final double[] logarithms;
  private final int firstPower;

  BetweenLevels(LevelGrid grid) {
    this.levels = grid.levels().stream().mapToDouble(Double::doubleValue).toArray();
    this.logarithms = Arrays.stream(levels).map(Math::log).toArray();
    this.firstPower = grid.channel() instanceof Erasure ? 1 : 2;
  }

  /** The place of the first measured level that is not below that one; the last where all are. */
  int above(double level) {
    int found = Arrays.binarySearch(levels, level);
    return found >= 0 ? found : Math.min(-found - 1, levels.length - 1);
  }

  /**
   * How much of the level {@link #above} there is in a value, in [0, 1]; the rest is of the one
   * before it, or of the clean value.
   */
  double share(double level, int above) {
    if (level >= levels[above]) {
      return 1;
    }
    if (above == 0) {
      return Math.pow(level / levels[0], firstPower);
    }
    double before = logarithms[above - 1];
    return (Math.log(level) - before) / (logarithms[above] - before);
  }
}
