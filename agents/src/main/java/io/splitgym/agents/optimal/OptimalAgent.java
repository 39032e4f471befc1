package io.splitgym.agents.optimal;

import io.splitgym.agents.policy.Agent;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.random.RandomStream;
import io.splitgym.space.SpaceElement;

/**
 * Plans the whole episode from its first observation and follows the plan, which takes the channel
 * into account as it is then where its course is random. Optimal in an environment over the model
 * it plans with; over another, such as the LLM that a surrogate stands for, as good as that model.
 *
 * @param optimum what plans
 * @param parameters of the environment
 */
public record OptimalAgent(Optimum optimum, SplitInferenceParameters parameters) implements Agent {
  @Override
  public String name() {
    return "optimal";
  }

  @Override
  public Actor begin(SpaceElement firstObservation, RandomStream random) {
    Observed start = Observed.of(firstObservation, parameters);
    Optimum.BestActions best = optimum.actions(start.state(), start.split());
    return new Actor() {
      private int step;

      @Override
      public int act(SpaceElement observation) {
        Observed now = Observed.of(observation, parameters);
        return best.at(step++, now.state(), now.split());
      }
    };
  }
}
