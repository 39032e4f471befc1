package io.splitgym.registry;

import io.splitgym.channel.Channel;
import io.splitgym.channel.ChannelChoice;
import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.ChannelState;
import io.splitgym.environment.ParameterDescription;
import io.splitgym.environment.SplitRange;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.LogPerplexity;
import io.splitgym.reward.MeanPerplexity;
import io.splitgym.reward.MeanPerplexityModel;
import io.splitgym.reward.PerplexityModel;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Thirty layers and a formula for a surrogate; no LLM is on this machine. */
public final class AnalyticModels implements PerplexityModels {
  public static final String PULL = "./splitgym model pull smollm2-135m";

  /** That of openapi.yaml's examples, so that a server over the formula takes their states too. */
  public static final String FINGERPRINT =
      "5ea0cc0a590ec21b12a791f15ebd933a820b218995a1248fbdb4c1a2c91d457d";

  private static final int LAYERS = 30;
  private static final double CLEAN = 3;
  private static final double GREATEST_SIGMA = 0.9;
  private static final double NOISE_UNIT = 7.5;

  private final String fingerprint;
  private final double clean;

  public AnalyticModels() {
    this(FINGERPRINT, CLEAN);
  }

  /** Another model: another formula under another fingerprint. */
  public AnalyticModels(String fingerprint, double clean) {
    this.fingerprint = fingerprint;
    this.clean = clean;
  }

  @Override
  public Source surrogate(ChannelChoice asked) {
    Channel channel = ChannelChoice.of(asked.name()).channel(() -> NOISE_UNIT);
    asked.requireIs(channel);
    return new Formula(channel, fingerprint, clean);
  }

  @Override
  public List<ParameterDescription> llmParameters() {
    return List.of(
        new ParameterDescription("llm.model", "string", "smollm2-135m", "a name", "The model."));
  }

  @Override
  public Source llm(ChannelChoice channel, Map<String, Object> parameters) {
    throw new BackendUnavailableException("the model smollm2-135m is not on this machine", PULL);
  }

  private record Formula(Channel channel, String fingerprint, double clean)
      implements Source, PerplexityModel, MeanPerplexityModel {
    @Override
    public int layers() {
      return LAYERS;
    }

    @Override
    public Map<String, Object> parameters() {
      return Map.of();
    }

    @Override
    public PerplexityModel over(ChannelRanges states, SplitRange splits) {
      if (states.sigma().high() > GREATEST_SIGMA) {
        throw new InvalidValueException(
            "sigmaRange", states.sigma(), "within [0, " + GREATEST_SIGMA + "]");
      }
      return this;
    }

    @Override
    public MeanPerplexity mean(ChannelState state, int split) {
      Require.inRange("split", split, 1, LAYERS - 1);
      return new MeanPerplexity(
          logPerplexity(state, split, RandomStream.ofSeed(0)).value(),
          OptionalDouble.of(0.01),
          OptionalDouble.empty(),
          MeanPerplexity.Source.SURROGATE);
    }

    @Override
    public double cleanLogPerplexity() {
      return clean;
    }

    @Override
    public LogPerplexity logPerplexity(ChannelState state, int split, RandomStream noise) {
      double harm = 20 * state.sigma() / (Math.sqrt(state.m()) * split);
      return new LogPerplexity(clean + Math.log1p(harm), state, OptionalLong.empty());
    }
  }
}
