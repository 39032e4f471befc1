package io.splitgym.agents.optimal;

import io.splitgym.channel.ChannelDynamics;
import io.splitgym.channel.ChannelState;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.environment.SplitRange;
import io.splitgym.reward.PerplexityModel;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The greatest possible undiscounted returns, expected ones where the channel is random, and the
 * actions that lead to them. It knows what an observation lacks: the time left and the state that
 * the episode started in, around which a Gauss-Markov channel moves and from which the reward
 * {@code reference} counts.
 */
public sealed interface Optimum permits ExactOptimum, GaussMarkovOptimum {
  /**
   * The returns from a start, expected ones where actions or the channel are random.
   *
   * @param start the channel's state at the reset
   * @param split p at the reset, in the range of splits
   * @throws io.splitgym.validation.InvalidValueException if the split is out of range, the model
   *     draws noise, or more states can be reached than can be searched
   */
  StartReturns returns(ChannelState start, int split);

  /** Those from each of some splits, in their order. */
  default List<StartReturns> returns(ChannelState start, SplitRange splits) {
    return IntStream.rangeClosed(splits.min(), splits.max())
        .mapToObj(split -> returns(start, split))
        .toList();
  }

  /** By how much those returns may be off for the states that were left out between others. */
  double error(ChannelState start, int split);

  /** What to do in an episode with that start; throws as {@link #returns} does. */
  BestActions actions(ChannelState start, int split);

  /**
   * The reward of a step.
   *
   * @param start the channel's state at the reset
   * @param startSplit p at the reset
   * @param channel the state that the step led to
   * @param split p after it
   */
  double reward(ChannelState start, int startSplit, ChannelState channel, int split);

  /** The splits that can be reached. */
  SplitRange splits();

  /**
   * The split p* of the greatest reward in a state that lasts, however far it is from the start's;
   * the nearest to the input of several. Under the reward {@code objective} that is argmin [ln PPL
   * + lambda C_UE(p)], whatever the start's split.
   *
   * @param start the channel's state at the reset, and ever after
   * @param startSplit p at the reset
   */
  default BestSplit bestSplit(ChannelState start, int startSplit) {
    int best = splits().min();
    double greatest = Double.NEGATIVE_INFINITY;
    for (int split = best; split <= splits().max(); split++) {
      double gained = reward(start, startSplit, start, split);
      if (gained > greatest) {
        greatest = gained;
        best = split;
      }
    }
    return new BestSplit(best, greatest);
  }

  /** The one for the environment's dynamics: exact, or over a grid where they are random. */
  static Optimum of(PerplexityModel model, SplitInferenceParameters parameters) {
    return parameters.dynamics() instanceof ChannelDynamics.GaussMarkov dynamics
        ? new GaussMarkovOptimum(model, parameters, dynamics, GaussMarkovOptimum.USUAL_NODES)
        : new ExactOptimum(model, parameters);
  }

  /** The best actions of an episode. */
  @FunctionalInterface
  interface BestActions {
    /**
     * The first of the best ones.
     *
     * @param step how many were taken before
     * @param now the channel before it
     * @param split p before it
     */
    int at(int step, ChannelState now, int split);
  }

  /**
   * The best split of a state.
   *
   * @param reward of each step at it
   */
  record BestSplit(int split, double reward) {}
}
