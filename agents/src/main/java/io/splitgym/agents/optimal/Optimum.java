package io.splitgym.agents.optimal;

import io.splitgym.channel.ChannelDynamics;
import io.splitgym.channel.ChannelState;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.reward.PerplexityModel;

/** The greatest possible undiscounted returns, expected ones where the channel is random. */
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

  /** By how much those returns may be off for the states that were left out between others. */
  double error(ChannelState start, int split);

  /** The one for the environment's dynamics: exact, or over a grid where they are random. */
  static Optimum of(PerplexityModel model, SplitInferenceParameters parameters) {
    return parameters.dynamics() instanceof ChannelDynamics.GaussMarkov dynamics
        ? new GaussMarkovOptimum(model, parameters, dynamics, GaussMarkovOptimum.USUAL_NODES)
        : new ExactOptimum(model, parameters);
  }
}
