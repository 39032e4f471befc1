package io.splitgym.reward;

import java.util.List;

/**
 * What a {@link ProvidedReward} computes. The same outcome always gives the same terms. Safe for
 * use by several threads.
 */
public interface RewardFunction {
  /** What the terms are called in info, in order, at least one. */
  List<String> termNames();

  /**
   * The terms, whose sum is the reward.
   *
   * @return as many numbers as there are names, none of them NaN; each is limited as {@link
   *     RewardTerms} has it
   */
  double[] terms(SplitOutcome outcome);

  /**
   * Whether {@link SplitOutcome#startLogPerplexity} must be there; false unless told otherwise. On
   * the LLM that takes an evaluation at each reset.
   */
  default boolean needsStart() {
    return false;
  }
}
