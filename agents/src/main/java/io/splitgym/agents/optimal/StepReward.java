package io.splitgym.agents.optimal;

import io.splitgym.channel.ChannelState;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.LogPerplexity;
import io.splitgym.reward.PerplexityModel;
import io.splitgym.reward.Reward;
import io.splitgym.reward.SplitOutcome;
import io.splitgym.validation.InvalidValueException;
import java.util.OptionalDouble;

/** What a step is rewarded with, for whoever plans over a model that predicts. */
final class StepReward {
  private final PerplexityModel model;
  private final SplitInferenceParameters parameters;
  private final Reward reward;

  StepReward(PerplexityModel model, SplitInferenceParameters parameters) {
    this.model = model;
    this.parameters = parameters;
    this.reward = parameters.reward().over(model);
  }

  /** Whether rewards depend on where the episode started. */
  boolean needsStart() {
    return reward.needsStart();
  }

  /** ln PPL at the episode's start, where rewards depend on it. */
  OptionalDouble start(ChannelState channel, int split) {
    return needsStart() ? OptionalDouble.of(logPerplexity(channel, split)) : OptionalDouble.empty();
  }

  /**
   * The reward of a step.
   *
   * @param start what {@link #start} gave
   * @param channel the state that the step led to
   * @param logPerplexity ln PPL there
   * @param split p after it
   */
  double of(OptionalDouble start, ChannelState channel, double logPerplexity, int split) {
    return reward
        .of(
            new SplitOutcome(
                channel,
                start,
                logPerplexity,
                model.cleanLogPerplexity(),
                split,
                parameters.splits().max(),
                model.layers()))
        .total();
  }

  /**
   * ln PPL, or what the model gives in its place.
   *
   * @throws InvalidValueException if the model draws noise
   */
  double logPerplexity(ChannelState channel, int split) {
    // a model that predicts draws nothing
    LogPerplexity result = model.logPerplexity(channel, split, RandomStream.ofSeed(0));
    if (result.noiseSeed().isPresent()) {
      throw new InvalidValueException(
          "backend", "one that draws noise", "one that predicts, for an optimum");
    }
    return result.value();
  }
}
