package io.splitgym.reward;

import java.util.Map;

/** What an agent gets for a step. Always finite, and largest where the split is best. */
public sealed interface Reward permits ObjectiveReward, ReferenceReward {
  /** The name used in requests. */
  String kind();

  /** Kind and parameters as a request gives them. */
  Map<String, Object> settings();

  /** Whether ln PPL at the episode's start must be known. */
  boolean needsStart();

  /**
   * The reward for what a step led to.
   *
   * @throws java.util.NoSuchElementException if the start's ln PPL is needed and missing
   */
  RewardTerms of(SplitOutcome outcome);
}
