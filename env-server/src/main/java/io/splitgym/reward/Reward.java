package io.splitgym.reward;

import io.splitgym.validation.InvalidValueException;
import java.util.Map;
import java.util.OptionalDouble;

/** What an agent gets for a step. Always finite, and largest where the split is best. */
public sealed interface Reward permits ObjectiveReward, ReferenceReward, GivenReward {
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

  /** The name of the term that depends on the perplexity, such as {@code inference}. */
  String perplexityTermName();

  /**
   * The term that depends on the perplexity, limited as {@link RewardTerms} has it.
   *
   * @param startLogPerplexity ln PPL at the episode's start; ignored unless it {@linkplain
   *     #needsStart is needed}
   * @param logPerplexity ln PPL at the state that the step led to
   * @param cleanLogPerplexity ln PPL of the whole model without a channel
   */
  double perplexityTerm(double startLogPerplexity, double logPerplexity, double cleanLogPerplexity);

  /**
   * The term for the layers on the user equipment, limited as {@link RewardTerms} has it. Its name
   * is {@value RewardTerms#LOAD}.
   *
   * @param split p after the step
   * @param greatestSplit p_max of the environment
   * @param layers the number L of transformer layers
   */
  double loadTerm(int split, int greatestSplit, int layers);

  /**
   * The reward for what a step led to.
   *
   * @throws java.util.NoSuchElementException if the start's ln PPL is needed and missing
   */
  default RewardTerms of(SplitOutcome outcome) {
    OptionalDouble start = outcome.startLogPerplexity();
    return RewardTerms.of(
        perplexityTermName(),
        perplexityTerm(
            needsStart() ? start.orElseThrow() : 0,
            outcome.logPerplexity(),
            outcome.cleanLogPerplexity()),
        RewardTerms.LOAD,
        loadTerm(outcome.split(), outcome.greatestSplit(), outcome.layers()));
  }
}
