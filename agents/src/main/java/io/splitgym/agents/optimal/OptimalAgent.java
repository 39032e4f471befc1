package io.splitgym.agents.optimal;

import io.splitgym.agents.policy.Agent;
import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.ChannelState;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.random.RandomStream;
import io.splitgym.space.BoxElement;
import io.splitgym.space.SpaceElement;
import io.splitgym.validation.InvalidValueException;

/**
 * Plans the whole episode from its first observation and follows the plan. Optimal in an
 * environment over the model it plans with; over another, such as the LLM that a surrogate stands
 * for, as good as that model.
 *
 * @param optimum what plans
 * @param parameters of the environment
 */
public record OptimalAgent(ExactOptimum optimum, SplitInferenceParameters parameters)
    implements Agent {
  private static final int SIZE = 3;

  @Override
  public String name() {
    return "optimal";
  }

  @Override
  public Actor begin(SpaceElement firstObservation, RandomStream random) {
    if (!(firstObservation instanceof BoxElement box) || box.values().length != SIZE) {
      throw new InvalidValueException("observation", firstObservation, "[sigma, m, p]");
    }
    // a float32 may lie just outside of the range that the double came from
    ChannelRanges reachable = parameters.dynamics().reachable(parameters.ranges());
    ChannelState start =
        new ChannelState(reachable.sigma().clip(box.at(0)), reachable.m().clip(box.at(1)));
    var actions = optimum.plan(start, (int) box.at(2)).actions().iterator();
    return observation -> actions.next();
  }
}
