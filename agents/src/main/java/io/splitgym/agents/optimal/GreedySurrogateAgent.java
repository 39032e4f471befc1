package io.splitgym.agents.optimal;

import io.splitgym.agents.policy.Agent;
import io.splitgym.channel.ChannelState;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.random.RandomStream;
import io.splitgym.space.SpaceElement;

/**
 * Takes the action whose own reward the model predicts to be the greatest, in the channel as it is
 * now, with no thought of later steps; the first of several.
 *
 * @param optimum what predicts
 * @param parameters of the environment
 */
public record GreedySurrogateAgent(Optimum optimum, SplitInferenceParameters parameters)
    implements Agent {
  @Override
  public String name() {
    return "greedy";
  }

  @Override
  public Actor begin(SpaceElement firstObservation, RandomStream random) {
    Observed start = Observed.of(firstObservation, parameters);
    return observation -> {
      Observed now = Observed.of(observation, parameters);
      return best(start, now.state(), now.split());
    };
  }

  private int best(Observed start, ChannelState state, int split) {
    int best = 0;
    double greatest = Double.NEGATIVE_INFINITY;
    for (int action = 0; action < parameters.actions().actions(); action++) {
      int target = parameters.actions().target(split, action, parameters.splits());
      double reward = optimum.reward(start.state(), start.split(), state, target);
      if (reward > greatest) {
        greatest = reward;
        best = action;
      }
    }
    return best;
  }
}
