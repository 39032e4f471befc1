package io.splitgym.reward;

import java.util.Map;

/**
 * The reward of the surrogate environment that Chen et al. released: there the network gives the
 * first term, 10 f(sigma, p), in place of a perplexity; the second is that of {@link
 * ReferenceReward}. The model's values take the place of ln PPL.
 *
 * @param reference whose second term it is
 */
record GivenReward(ReferenceReward reference) implements TwoTermReward {
  @Override
  public String kind() {
    return reference.kind();
  }

  @Override
  public Map<String, Object> settings() {
    return reference.settings();
  }

  @Override
  public Reward over(PerplexityModel model) {
    return reference.over(model);
  }

  @Override
  public boolean needsStart() {
    return false;
  }

  @Override
  public String perplexityTermName() {
    return reference.perplexityTermName();
  }

  @Override
  public double perplexityTerm(double startTerm, double term, double cleanTerm) {
    return RewardTerms.bounded(term);
  }

  @Override
  public double loadTerm(int split, int greatestSplit, int layers) {
    return reference.loadTerm(split, greatestSplit, layers);
  }
}
