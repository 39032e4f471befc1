package io.splitgym.reward;

import java.util.List;
import java.util.OptionalDouble;

/** A reward with a term for the perplexity and one for the load, each of which can be had alone. */
public sealed interface TwoTermReward extends Reward
    permits ObjectiveReward, ReferenceReward, GivenReward {
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

  @Override
  default List<String> termNames() {
    return List.of(perplexityTermName(), RewardTerms.LOAD);
  }

  @Override
  default RewardTerms of(SplitOutcome outcome) {
    OptionalDouble start = outcome.startLogPerplexity();
    return RewardTerms.of(
        termNames(),
        perplexityTerm(
            needsStart() ? start.orElseThrow() : 0,
            outcome.logPerplexity(),
            outcome.cleanLogPerplexity()),
        loadTerm(outcome.split(), outcome.greatestSplit(), outcome.layers()));
  }
}
