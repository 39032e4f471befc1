package io.splitgym.channel;

import io.splitgym.random.RandomStream;
import java.util.function.DoubleUnaryOperator;

/**
 * A channel model. Where a channel has a <em>level</em>, one number stands for all that (sigma, m)
 * does to a window whose fading is known: perplexity is then measured over levels, and the fading
 * is integrated exactly by {@link #expectation}.
 */
public sealed interface Channel permits Erasure, FadingAwgn {
  /** The name used on the command line and in requests. */
  String name();

  /** Sends one window through the channel in that state; fading and noise come from the stream. */
  void transmit(HiddenBlock hidden, ChannelState state, RandomStream noise);

  /** Whether a level suffices, that is, whether the two methods below may be called. */
  boolean hasLevel();

  /**
   * Sends one window through the channel at a known level.
   *
   * @throws IllegalStateException if the channel has no level
   */
  void transmitAtLevel(HiddenBlock hidden, double level, RandomStream noise);

  /**
   * The mean over the fading of a function of the level.
   *
   * @param ofLevel defined on [0, infinity)
   * @throws IllegalStateException if the channel has no level
   */
  double expectation(ChannelState state, DoubleUnaryOperator ofLevel);
}
