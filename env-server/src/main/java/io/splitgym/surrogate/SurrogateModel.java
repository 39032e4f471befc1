package io.splitgym.surrogate;

import io.splitgym.channel.ChannelState;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.LogPerplexity;
import io.splitgym.reward.MeanPerplexity;
import io.splitgym.reward.MeanPerplexityModel;
import io.splitgym.reward.PredictingModel;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.OptionalLong;

/**
 * The expected ln PPL (or another {@link SurrogateTarget}) of an LLM behind a channel, predicted by
 * a small network from (sigma, m, p). It has no noise, needs no LLM and no native library, and
 * answers in microseconds. Outside of the domain that it was fitted on it refuses to answer.
 */
public final class SurrogateModel implements PredictingModel, MeanPerplexityModel {
  private final SurrogateProvenance provenance;
  private final SurrogateDomain domain;
  private final SurrogateFeatures features;
  private final Perceptron network;
  private final SurrogateTarget target;
  private final float targetMean;
  private final float targetDeviation;
  private final double[] splitLogarithms;
  private final ThreadLocal<float[]> outputs =
      ThreadLocal.withInitial(() -> new float[Perceptron.TILE]);

  /** Of ln PPL, as the other constructor. */
  public SurrogateModel(
      SurrogateProvenance provenance,
      SurrogateDomain domain,
      SurrogateFeatures features,
      Perceptron network,
      float targetMean,
      float targetDeviation) {
    this(
        provenance,
        domain,
        features,
        network,
        SurrogateTarget.LOG_PERPLEXITY,
        targetMean,
        targetDeviation);
  }

  /**
   * @param network takes {@code features}, gives the target less {@code targetMean}, divided by
   *     {@code targetDeviation}
   */
  public SurrogateModel(
      SurrogateProvenance provenance,
      SurrogateDomain domain,
      SurrogateFeatures features,
      Perceptron network,
      SurrogateTarget target,
      float targetMean,
      float targetDeviation) {
    if (network.layers().get(0).inputs() != features.form().count()) {
      throw new InvalidValueException(
          "inputs of layer 1", network.layers().get(0).inputs(), "" + features.form().count());
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
    this.target = target;
    this.targetMean = targetMean;
    this.targetDeviation = targetDeviation;
    this.splitLogarithms = new double[domain.greatestSplit() + 1];
    for (int split = 1; split < splitLogarithms.length; split++) {
      splitLogarithms[split] = StrictMath.log(split);
    }
  }

  /** The same network with another account of where it comes from. */
  public SurrogateModel withProvenance(SurrogateProvenance other) {
    return new SurrogateModel(
        other, domain, features, network, target, targetMean, targetDeviation);
  }

  /** Where this surrogate comes from. */
  public SurrogateProvenance provenance() {
    return provenance;
  }

  /** Where it may be asked. */
  public SurrogateDomain domain() {
    return domain;
  }

  /** How many multiplications and additions the network takes for one answer. */
  public long operations() {
    return network.layers().stream().mapToLong(layer -> 2L * layer.weights().length).sum();
  }

  SurrogateFeatures features() {
    return features;
  }

  Perceptron network() {
    return network;
  }

  SurrogateTarget target() {
    return target;
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
  public boolean givesRewardTerm() {
    return target == SurrogateTarget.REWARD_TERM;
  }

  @Override
  public LogPerplexity logPerplexity(ChannelState state, int split, RandomStream noise) {
    return new LogPerplexity(expectedLogPerplexity(state, split), state, OptionalLong.empty());
  }

  @Override
  public MeanPerplexity mean(ChannelState state, int split) {
    if (givesRewardTerm()) {
      throw new InvalidValueException(
          "backend", "a surrogate of the reward's first term", "one that predicts ln PPL");
    }
    return new MeanPerplexity(
        expectedLogPerplexity(state, split),
        provenance.heldOutError(),
        MeanPerplexity.Source.SURROGATE);
  }

  /**
   * E[ln PPL | sigma, m, p] in nats, or the reward's first term where that is what it {@linkplain
   * #givesRewardTerm gives}.
   *
   * @throws InvalidValueException outside of {@link #domain}
   */
  public double expectedLogPerplexity(ChannelState state, int split) {
    domain.requireInside(state.sigma(), state.m(), split);
    float[] output = outputs.get();
    features.write(state.sigma(), state.m(), split, splitLogarithms[split], network.inputs(), 0);
    network.forward(1, output, 0);
    return logPerplexity(output[0]);
  }

  @Override
  public void logPerplexities(
      double[] sigma, double[] m, int[] split, int from, int to, double[] into) {
    float[] inputs = network.inputs();
    int step = network.inputStep();
    float[] output = outputs.get();
    for (int first = from; first < to; first += Perceptron.TILE) {
      int count = Math.min(Perceptron.TILE, to - first);
      for (int i = 0; i < count; i++) {
        int at = first + i;
        domain.requireInside(sigma[at], m[at], split[at]);
        features.write(sigma[at], m[at], split[at], splitLogarithms[split[at]], inputs, i * step);
      }
      network.forward(count, output, 0);
      for (int i = 0; i < count; i++) {
        into[first + i] = logPerplexity(output[i]);
      }
    }
  }

  private double logPerplexity(float output) {
    return targetMean + (double) targetDeviation * output;
  }
}
