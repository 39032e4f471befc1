package io.splitgym.reward;

import io.splitgym.channel.ChannelState;
import io.splitgym.random.RandomStream;
import java.util.ArrayList;
import java.util.List;

/**
 * What a split does to the perplexity: the surrogate, or the measured LLM. Safe for use by several
 * threads.
 */
public interface PerplexityModel {
  /** The number L of transformer layers; a split p lies in 1..L-1. */
  int layers();

  /**
   * Whether what it gives isn't ln PPL but the first term of the reward {@code reference} itself,
   * as the surrogate in the code that Chen et al. released does.
   */
  default boolean givesRewardTerm() {
    return false;
  }

  /** ln PPL of the whole model without a channel, in nats. */
  double cleanLogPerplexity();

  /**
   * ln PPL when the first {@code split} layers run on the user equipment and the rest behind the
   * channel.
   *
   * @param split in 1..L-1
   * @param noise where a model that draws takes its noise from; one that predicts leaves it alone
   * @throws io.splitgym.validation.InvalidValueException if the split or the state is out of range
   */
  LogPerplexity logPerplexity(ChannelState state, int split, RandomStream noise);

  /**
   * Many of them: what a model answers to each doesn't depend on the others, and they may be worked
   * on side by side.
   *
   * @return an answer for each question, in their order
   * @throws io.splitgym.validation.InvalidValueException if a split or a state is out of range
   */
  default List<LogPerplexity> logPerplexities(List<Question> questions) {
    List<LogPerplexity> answers = new ArrayList<>(questions.size());
    for (Question question : questions) {
      answers.add(logPerplexity(question.state(), question.split(), question.noise()));
    }
    return answers;
  }

  /** The arguments of {@link #logPerplexity}. */
  record Question(ChannelState state, int split, RandomStream noise) {}
}
