package io.splitgym.reward;

import io.splitgym.validation.InvalidValueException;
import java.util.List;
import java.util.Map;

/** What an agent gets for a step. Always finite, and largest where the split is best. */
public sealed interface Reward permits TwoTermReward, ProvidedReward {
  /** The name used in requests. */
  String kind();

  /** Kind and parameters as a request gives them. */
  Map<String, Object> settings();

  /**
   * This reward over what the model gives.
   *
   * @throws InvalidValueException naming {@code reward.kind} if it needs ln PPL and the model
   *     {@linkplain PerplexityModel#givesRewardTerm gives something else}
   */
  default Reward over(PerplexityModel model) {
    if (model.givesRewardTerm()) {
      throw new InvalidValueException(
          "reward.kind",
          kind(),
          ReferenceReward.KIND + " with a surrogate that gives that reward's first term");
    }
    return this;
  }

  /** Whether ln PPL at the episode's start must be known. */
  boolean needsStart();

  /** What the terms are called in info, in order. */
  List<String> termNames();

  /**
   * The reward for what a step led to.
   *
   * @throws java.util.NoSuchElementException if the start's ln PPL is needed and missing
   */
  RewardTerms of(SplitOutcome outcome);
}
