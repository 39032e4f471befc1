package io.splitgym.channel;

import io.splitgym.random.RandomStream;
import java.util.function.DoubleUnaryOperator;

/**
 * What a {@link ProvidedChannel} does. All chance comes from the stream: the same stream, the same
 * result. Safe for use by several threads.
 */
public interface ChannelFunction {
  /** Sends one window through the channel in that state; fading and noise come from the stream. */
  void transmit(HiddenBlock hidden, ChannelState state, RandomStream noise);

  /**
   * Whether one number stands for all that (sigma, m) does to a window whose fading is known, so
   * that perplexity can be measured over it and a surrogate's mean fitted; false unless told
   * otherwise. If so, the two methods below have to be there.
   */
  default boolean hasLevel() {
    return false;
  }

  /**
   * Sends one window through the channel at a known level.
   *
   * @param level at least 0; at 0 nothing is lost
   */
  default void transmitAtLevel(HiddenBlock hidden, double level, RandomStream noise) {
    throw new IllegalStateException("this channel has no level");
  }

  /**
   * The mean over the fading of a function of the level.
   *
   * @param ofLevel defined on [0, infinity)
   */
  default double expectation(ChannelState state, DoubleUnaryOperator ofLevel) {
    throw new IllegalStateException("this channel has no level");
  }
}
