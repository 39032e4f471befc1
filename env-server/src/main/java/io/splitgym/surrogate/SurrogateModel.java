package io.splitgym.surrogate;

import io.splitgym.channel.ChannelState;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.LogPerplexity;
import io.splitgym.reward.MeanPerplexity;
import io.splitgym.reward.MeanPerplexityModel;
import io.splitgym.reward.NoiseKind;
import io.splitgym.reward.PredictingModel;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The expected ln PPL (or another {@link SurrogateTarget}) of an LLM behind a channel, predicted by
 * a small network from (sigma, m, p). It has no noise, needs no LLM and no native library, and
 * answers in microseconds; {@link SampledSurrogate} draws around it, where it knows how. Outside of
 * the domain that it was fitted on it refuses to answer.
 */
public final class SurrogateModel implements PredictingModel, MeanPerplexityModel {
  private final SurrogateProvenance provenance;
  private final SurrogateDomain domain;
  private final SurrogateFeatures features;
  private final Perceptron network;
  private final SurrogateTarget target;
  private final float targetMean;
  private final float targetDeviation;
  private final @Nullable DrawDistribution draws;
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
    this(provenance, domain, features, network, target, targetMean, targetDeviation, null);
  }

  private SurrogateModel(
      SurrogateProvenance provenance,
      SurrogateDomain domain,
      SurrogateFeatures features,
      Perceptron network,
      SurrogateTarget target,
      float targetMean,
      float targetDeviation,
      @Nullable DrawDistribution draws) {
    if (network.outputs() != 1) {
      throw new InvalidValueException("outputs of the last layer", network.outputs(), "1");
    }
    if (draws != null
        && draws.network().layers().get(0).inputs() != network.layers().get(0).inputs()) {
      throw new InvalidValueException(
          "inputs of draws.layers.0",
          draws.network().layers().get(0).inputs(),
          "those of layers.0, " + network.layers().get(0).inputs());
    }
    if (draws != null && target == SurrogateTarget.REWARD_TERM) {
      throw new InvalidValueException(
          "draws", "around the reward's first term", "left out unless ln PPL is predicted");
    }
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
    this.draws = draws;
    this.splitLogarithms = new double[domain.greatestSplit() + 1];
    for (int split = 1; split < splitLogarithms.length; split++) {
      splitLogarithms[split] = StrictMath.log(split);
    }
  }

  /** The same network with another account of where it comes from. */
  public SurrogateModel withProvenance(SurrogateProvenance other) {
    return new SurrogateModel(
        other, domain, features, network, target, targetMean, targetDeviation, draws);
  }

  /**
   * The same network, which knows how draws lie around what it predicts.
   *
   * @param other takes the same inputs
   */
  public SurrogateModel withDraws(DrawDistribution other) {
    return new SurrogateModel(
        provenance, domain, features, network, target, targetMean, targetDeviation, other);
  }

  /**
   * What the networks see of a state and a split.
   *
   * @throws InvalidValueException outside of {@link #domain}
   */
  public double[] inputs(ChannelState state, int split) {
    domain.requireInside(state.sigma(), state.m(), split);
    float[] written = new float[features.form().count()];
    features.write(state.sigma(), state.m(), split, splitLogarithms[split], written, 0);
    double[] inputs = new double[written.length];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = written[i];
    }
    return inputs;
  }

  /** The same network, which knows nothing of draws. */
  public SurrogateModel meanAlone() {
    return new SurrogateModel(
        provenance, domain, features, network, target, targetMean, targetDeviation, null);
  }

  /** How draws lie around the mean, where that is known. */
  public Optional<DrawDistribution> draws() {
    return Optional.ofNullable(draws);
  }

  DrawDistribution requireDraws() {
    if (draws == null) {
      throw new InvalidValueException(
          NoiseKind.PARAMETER,
          NoiseKind.SAMPLED.id(),
          NoiseKind.MEAN.id() + ": this surrogate doesn't know how draws lie around its mean");
    }
    return draws;
  }

  /**
   * Quantiles of the mean loss of one window around its expectation, in nats, at the {@link
   * DrawDistribution#probabilities}. The array is this thread's, until the next call.
   */
  double[] windowQuantiles(ChannelState state, int split) {
    domain.requireInside(state.sigma(), state.m(), split);
    DrawDistribution known = requireDraws();
    features.write(
        state.sigma(), state.m(), split, splitLogarithms[split], known.network().inputs(), 0);
    return known.quantiles();
  }

  /**
   * The standard deviation in nats of one draw over a text of that many windows.
   *
   * @throws InvalidValueException outside of {@link #domain}, or if draws aren't known
   */
  public double drawDeviation(ChannelState state, int split, int windows) {
    Require.positive("windows", windows);
    return requireDraws().deviation(windowQuantiles(state, split), windows);
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
    return mean(state, split, NoiseKind.DEFAULT_WINDOWS);
  }

  /**
   * @param windows of the text whose draws' deviation is told, where it is known
   */
  MeanPerplexity mean(ChannelState state, int split, int windows) {
    if (givesRewardTerm()) {
      throw new InvalidValueException(
          "backend", "a surrogate of the reward's first term", "one that predicts ln PPL");
    }
    return new MeanPerplexity(
        expectedLogPerplexity(state, split),
        provenance.heldOutError(),
        draws == null
            ? OptionalDouble.empty()
            : OptionalDouble.of(drawDeviation(state, split, windows)),
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
