package io.splitgym.agents.optimal;

import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.ChannelState;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.space.BoxElement;
import io.splitgym.space.SpaceElement;
import io.splitgym.validation.InvalidValueException;

/** What an observation tells. */
record Observed(ChannelState state, int split) {
  private static final int LEAST = 3;

  /**
   * @throws InvalidValueException unless it is [sigma, m, p], with or without the steps left
   */
  static Observed of(SpaceElement observation, SplitInferenceParameters parameters) {
    if (!(observation instanceof BoxElement box) || box.values().length < LEAST) {
      throw new InvalidValueException("observation", observation, "[sigma, m, p]");
    }
    // a float32 may lie just outside of the range that the double came from
    ChannelRanges reachable = parameters.dynamics().reachable(parameters.ranges());
    return new Observed(
        new ChannelState(reachable.sigma().clip(box.at(0)), reachable.m().clip(box.at(1))),
        (int) box.at(2));
  }
}
