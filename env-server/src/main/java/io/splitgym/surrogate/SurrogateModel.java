package io.splitgym.surrogate;

import io.splitgym.channel.ChannelState;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.LogPerplexity;
import io.splitgym.reward.PerplexityModel;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.OptionalLong;

/**
 * The expected ln PPL of an LLM behind a channel, predicted by a small network from (sigma, m, p).
 * It has no noise, needs no LLM and no native library, and answers in microseconds. Outside of the
 * domain that it was fitted on it refuses to answer.
 */
public final class SurrogateModel implements PerplexityModel {
  private final SurrogateProvenance provenance;
  private final SurrogateDomain domain;
  private final SurrogateFeatures features;
  private final Perceptron network;
  private final float targetMean;
  private final float targetDeviation;
  private final ThreadLocal<double[]> inputs =
      ThreadLocal.withInitial(() -> new double[SurrogateFeatures.COUNT]);

  /**
   * @param network takes {@link SurrogateFeatures}, gives ln PPL less {@code targetMean}, divided
   *     by {@code targetDeviation}
   */
  public SurrogateModel(
      SurrogateProvenance provenance,
      SurrogateDomain domain,
      SurrogateFeatures features,
      Perceptron network,
      float targetMean,
      float targetDeviation) {
    if (network.layers().get(0).inputs() != SurrogateFeatures.COUNT) {
      throw new InvalidValueException(
          "inputs of layer 1", network.layers().get(0).inputs(), "" + SurrogateFeatures.COUNT);
    }
    Require.inRange("greatestSplit", domain.greatestSplit(), 1, provenance.layers() - 1);
    if (!Float.isFinite(targetMean)) {
      throw new InvalidValueException("target mean", targetMean, "finite");
    }
    Require.positive("target deviation", targetDeviation);
    this.provenance = provenance;
    this.domain = domain;
    this.features = features;
    this.network = network;
    this.targetMean = targetMean;
    this.targetDeviation = targetDeviation;
  }

  /** Where this surrogate comes from. */
  public SurrogateProvenance provenance() {
    return provenance;
  }

  /** Where it may be asked. */
  public SurrogateDomain domain() {
    return domain;
  }

  SurrogateFeatures features() {
    return features;
  }

  Perceptron network() {
    return network;
  }

  float targetMean() {
    return targetMean;
  }

  float targetDeviation() {
    return targetDeviation;
  }

  @Override
  public int layers() {
    return provenance.layers();
  }

  @Override
  public double cleanLogPerplexity() {
    return provenance.cleanLogPerplexity();
  }

  @Override
  public LogPerplexity logPerplexity(ChannelState state, int split, RandomStream noise) {
    return new LogPerplexity(expectedLogPerplexity(state, split), state, OptionalLong.empty());
  }

  /**
   * E[ln PPL | sigma, m, p] in nats.
   *
   * @throws InvalidValueException outside of {@link #domain}
   */
  public double expectedLogPerplexity(ChannelState state, int split) {
    domain.requireInside(state, split);
    double[] into = inputs.get();
    features.write(state.sigma(), state.m(), split, into);
    return targetMean + (double) targetDeviation * network.forward(into);
  }
}
