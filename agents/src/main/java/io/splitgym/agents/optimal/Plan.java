package io.splitgym.agents.optimal;

import java.util.List;

/**
 * The best actions of an episode from one start.
 *
 * @param optimalReturn the undiscounted sum of the rewards
 * @param actions one for each step
 * @param splits where each action leads
 */
public record Plan(double optimalReturn, List<Integer> actions, List<Integer> splits) {
  public Plan {
    actions = List.copyOf(actions);
    splits = List.copyOf(splits);
  }
}
