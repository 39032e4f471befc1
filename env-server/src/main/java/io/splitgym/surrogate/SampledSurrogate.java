package io.splitgym.surrogate;

import io.splitgym.channel.ChannelState;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.LogPerplexity;
import io.splitgym.reward.MeanPerplexity;
import io.splitgym.reward.MeanPerplexityModel;
import io.splitgym.reward.NoiseKind;
import io.splitgym.reward.PerplexityModel;
import io.splitgym.validation.InvalidValueException;
import java.util.OptionalLong;

/**
 * A surrogate that answers like one draw of the LLM: what it predicts for the mean, and around it
 * one draw of fading and noise over each of a text's windows.
 */
public final class SampledSurrogate implements PerplexityModel, MeanPerplexityModel {
  private final SurrogateModel surrogate;
  private final int windows;

  /**
   * @param windows of the text, in [1, {@value NoiseKind#MOST_WINDOWS}]
   * @throws InvalidValueException if the surrogate doesn't know how draws lie around the mean
   */
  public SampledSurrogate(SurrogateModel surrogate, int windows) {
    surrogate.requireDraws();
    this.surrogate = surrogate;
    this.windows = NoiseKind.requireWindows("windows", windows);
  }

  @Override
  public int layers() {
    return surrogate.layers();
  }

  @Override
  public double cleanLogPerplexity() {
    return surrogate.cleanLogPerplexity();
  }

  /** The noise's seed is told: with the same one, the same is answered for a state and a split. */
  @Override
  public LogPerplexity logPerplexity(ChannelState state, int split, RandomStream noise) {
    // 53 bits, for a seed that is told in JSON must be read back as it is
    long seed = noise.nextLong() >>> 11;
    return new LogPerplexity(
        surrogate.expectedLogPerplexity(state, split) + draw(state, split, seed),
        state,
        OptionalLong.of(seed));
  }

  /** How far a draw with that seed lies from the mean, in nats. */
  public double draw(ChannelState state, int split, long seed) {
    return surrogate
        .requireDraws()
        .draw(surrogate.windowQuantiles(state, split), windows, RandomStream.ofSeed(seed));
  }

  @Override
  public MeanPerplexity mean(ChannelState state, int split) {
    return surrogate.mean(state, split, windows);
  }
}
