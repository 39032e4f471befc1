package io.splitgym.reward;

import io.splitgym.channel.ChannelState;

/** A model that can tell the mean of ln PPL over fading and noise, and how sure it is of it. */
public interface MeanPerplexityModel {
  /**
   * What is known of a state and a split. No noise is drawn for the asking, so the answer says
   * nothing of the reward that one step would bring beyond its mean.
   *
   * @param split in 1..L-1
   * @throws io.splitgym.validation.InvalidValueException if the split or the state is out of range
   */
  MeanPerplexity mean(ChannelState state, int split);
}
