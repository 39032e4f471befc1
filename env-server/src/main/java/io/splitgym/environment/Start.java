package io.splitgym.environment;

import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Range;
import io.splitgym.random.RandomStream;

/** Where an episode starts. */
record Start(ChannelState state, int split) {
  /**
   * Draws sigma, m and p, whether they are fixed or not.
   *
   * @param fixed those options that are given take the place of what was drawn
   * @param randomness the episode's
   */
  static Start draw(
      SplitInferenceParameters parameters,
      ChannelRanges reachable,
      Fields fixed,
      RandomStream randomness) {
    RandomStream draws = randomness.named("start");
    ChannelState drawn = parameters.ranges().draw(draws);
    int split = parameters.starts().draw(draws);
    return new Start(
        new ChannelState(
            fixed(fixed, "sigma", drawn.sigma(), reachable.sigma()),
            fixed(fixed, "m", drawn.m(), reachable.m())),
        fixed.has("p") ? fixedSplit(fixed, parameters.splits()) : split);
  }

  /**
   * Compares in float32, so that an observation's own value is a valid option although rounding may
   * have carried it past the end of the range.
   */
  private static double fixed(Fields options, String name, double drawn, Range range) {
    if (!options.has(name)) {
      return drawn;
    }
    String allowed = "a number in " + range;
    double value = options.number(name, drawn, -Double.MAX_VALUE, Double.MAX_VALUE, allowed);
    if (!isWithin(value, range)) {
      throw options.refusal(name, allowed);
    }
    return range.clip(value);
  }

  private static int fixedSplit(Fields options, SplitRange splits) {
    return options.integer(
        "p", splits.min(), splits.min(), splits.max(), "an integer in " + splits);
  }

  /** In float32. */
  static boolean isWithin(double value, Range range) {
    return (float) value >= (float) range.low() && (float) value <= (float) range.high();
  }
}
