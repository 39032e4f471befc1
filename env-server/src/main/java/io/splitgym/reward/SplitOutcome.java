package io.splitgym.reward;

import io.splitgym.channel.ChannelState;
import io.splitgym.validation.Require;
import java.util.OptionalDouble;

/**
 * What a reward is computed from.
 *
 * @param state of the channel after the step
 * @param startLogPerplexity ln PPL in nats at the state that the episode started in, where the
 *     reward {@linkplain Reward#needsStart needs} it
 * @param logPerplexity ln PPL in nats at the state that the step led to
 * @param cleanLogPerplexity ln PPL in nats of the whole model without a channel
 * @param split p after the step, in 1..greatestSplit
 * @param greatestSplit p_max of the environment, below the number of layers
 * @param layers the number L of transformer layers
 */
public record SplitOutcome(
    ChannelState state,
    OptionalDouble startLogPerplexity,
    double logPerplexity,
    double cleanLogPerplexity,
    int split,
    int greatestSplit,
    int layers) {
  public SplitOutcome {
    Require.inRange("split", split, 1, greatestSplit);
    Require.inRange("greatestSplit", greatestSplit, 1, layers - 1);
  }
}
