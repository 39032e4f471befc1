package io.splitgym.reward;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The reward of the LLM environment that Chen et al. released: 10.5 (PPL_init - PPL) / PPL_init +
 * (p_max - p) / p_max, PPL_init the perplexity at the state that the episode started in. Its terms
 * are {@code perplexity} and {@code load}.
 *
 * <p>Two faults of that code are not repeated. There the perplexity to compare with started at 0
 * and survived resets, so that an episode's first "stay" was scored against another episode's, or
 * against nothing; here PPL_init is always that of this episode's start. And its call of {@code
 * calculate_ppl} had one argument too many.
 *
 * <p>The perplexity term is at most 10.5 but has no lower end: one lost massive activation makes it
 * -1,000. So it is clipped to [-10.5, 10.5], unless that is switched off; then {@link
 * RewardTerms#BOUND} alone limits it, even where the perplexity itself exceeds every double.
 *
 * @param clip whether the perplexity term is clipped to [-10.5, 10.5]
 */
public record ReferenceReward(boolean clip) implements TwoTermReward {
  public static final String KIND = "reference";

  /** Clipped. */
  public static final ReferenceReward DEFAULT = new ReferenceReward(true);

  private static final double SCALE = 10.5;

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("kind", KIND);
    settings.put("clip", clip);
    return settings;
  }

  @Override
  public Reward over(PerplexityModel model) {
    return model.givesRewardTerm() ? new GivenReward(this) : this;
  }

  @Override
  public boolean needsStart() {
    return true;
  }

  @Override
  public String perplexityTermName() {
    return "perplexity";
  }

  @Override
  public double perplexityTerm(
      double startLogPerplexity, double logPerplexity, double cleanLogPerplexity) {
    // 1 - PPL / PPL_init, from the logarithms: neither perplexity need fit a double
    double term = -SCALE * StrictMath.expm1(logPerplexity - startLogPerplexity);
    return RewardTerms.bounded(clip ? Math.max(-SCALE, term) : term);
  }

  @Override
  public double loadTerm(int split, int greatestSplit, int layers) {
    return RewardTerms.bounded((double) (greatestSplit - split) / greatestSplit);
  }
}
