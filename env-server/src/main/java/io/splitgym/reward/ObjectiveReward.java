package io.splitgym.reward;

import io.splitgym.validation.Require;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The objective of Chen et al. (arXiv 2406.02616), min PPL(p; sigma, m) + lambda C_UE(p), with the
 * perplexity on a log scale and counted from that of the clean model: -(w_inf (ln PPL - ln
 * PPL_clean) + w_load p / L). Its terms are {@code inference} and {@code load}, each with its
 * weight and sign.
 *
 * @param inferenceWeight w_inf, for each nat lost, in [0, 1e6]
 * @param loadWeight w_load, for all layers on the user equipment, in [0, 1e6]
 */
public record ObjectiveReward(double inferenceWeight, double loadWeight) implements TwoTermReward {
  public static final String KIND = "objective";
  public static final double GREATEST_WEIGHT = 1e6;

  /** Both weights 1. */
  public static final ObjectiveReward DEFAULT = new ObjectiveReward(1, 1);

  public ObjectiveReward {
    Require.inRange("inferenceWeight", inferenceWeight, 0, GREATEST_WEIGHT);
    Require.inRange("loadWeight", loadWeight, 0, GREATEST_WEIGHT);
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("kind", KIND);
    settings.put("inferenceWeight", inferenceWeight);
    settings.put("loadWeight", loadWeight);
    return settings;
  }

  @Override
  public boolean needsStart() {
    return false;
  }

  @Override
  public String perplexityTermName() {
    return "inference";
  }

  @Override
  public double perplexityTerm(
      double startLogPerplexity, double logPerplexity, double cleanLogPerplexity) {
    double lost = logPerplexity - cleanLogPerplexity;
    // a weight of 0 switches its term off, whatever the loss: 0 * infinity is not a number
    return RewardTerms.bounded(inferenceWeight == 0 ? 0 : -inferenceWeight * lost);
  }

  @Override
  public double loadTerm(int split, int greatestSplit, int layers) {
    return RewardTerms.bounded(-loadWeight * split / layers);
  }
}
