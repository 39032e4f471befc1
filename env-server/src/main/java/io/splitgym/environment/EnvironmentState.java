package io.splitgym.environment;

import io.splitgym.channel.ChannelState;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * All that changes in a {@link SplitInferenceEnvironment}: another one with the same model and
 * parameters that is given it goes on the same way.
 *
 * @param random the root of the randomness, as {@link io.splitgym.random.RandomStream#save} has it
 * @param episodes how many episodes have started from that root
 * @param episode the latest one; null before the first reset
 */
public record EnvironmentState(String random, long episodes, @Nullable Episode episode) {

  /**
   * An episode, running or just over.
   *
   * @param start the channel state that it started in
   * @param now the channel state of the latest observation
   * @param split p of the latest observation
   * @param steps how many steps were taken
   * @param startLogPerplexity ln PPL at the start, where the reward needs it
   */
  public record Episode(
      ChannelState start,
      ChannelState now,
      int split,
      int steps,
      OptionalDouble startLogPerplexity) {}
}
