package io.splitgym.reward;

import io.splitgym.channel.ChannelState;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * A perplexity on the log scale, and how it was obtained.
 *
 * @param value ln PPL in nats; finite, so that nothing else can reach an agent
 * @param evaluatedAt the channel state it holds for: a model may snap the asked-for state to a grid
 * @param noiseSeed the seed of the noise, where it was drawn
 * @param tokens how many tokens of text an LLM scores for it; 0 if none stands behind it
 * @param bitsPerToken how many bits a token's hidden state took on its way, where that is known
 */
public record LogPerplexity(
    double value,
    ChannelState evaluatedAt,
    OptionalLong noiseSeed,
    long tokens,
    OptionalDouble bitsPerToken) {
  public LogPerplexity {
    if (!Double.isFinite(value)) {
      // nobody asked for it: a model went wrong, not its caller
      throw new ArithmeticException("ln PPL is " + value + ", must be finite");
    }
  }

  /** Of a model that isn't an LLM. */
  public LogPerplexity(double value, ChannelState evaluatedAt, OptionalLong noiseSeed) {
    this(value, evaluatedAt, noiseSeed, 0, OptionalDouble.empty());
  }
}
