package io.splitgym.agents;

import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.PerplexityModel;
import java.util.Map;

/** Environments over a model, without a server. */
public final class Environments {
  private Environments() {}

  public static SplitInferenceEnvironment over(
      PerplexityModel model, SplitInferenceParameters parameters) {
    return new SplitInferenceEnvironment(model, "surrogate", parameters, RandomStream.ofSeed(1));
  }

  public static SplitInferenceEnvironment over(
      PerplexityModel model, Preset preset, Map<String, Object> overrides) {
    return over(model, SplitInferenceParameters.from(preset, overrides, model.layers()));
  }
}
