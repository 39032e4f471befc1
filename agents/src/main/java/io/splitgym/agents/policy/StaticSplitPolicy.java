package io.splitgym.agents.policy;

import io.splitgym.environment.ActionSet;
import io.splitgym.environment.SplitRange;
import io.splitgym.space.BoxElement;
import io.splitgym.space.SpaceElement;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;

/**
 * Goes to one split as fast as the actions allow, whatever the channel, and stays there. Of actions
 * that come equally near it takes the first.
 *
 * @param actions what the actions do
 * @param splits the splits that can be reached
 * @param target the split to go to, in {@code splits}
 */
public record StaticSplitPolicy(ActionSet actions, SplitRange splits, int target)
    implements Policy {
  private static final int SPLIT = 2;

  public StaticSplitPolicy {
    Require.inRange("target", target, splits.min(), splits.max());
  }

  @Override
  public String name() {
    return "static-" + target;
  }

  @Override
  public double[] probabilities(SpaceElement observation) {
    double[] probabilities = new double[actions.actions()];
    probabilities[greedyAction(observation)] = 1;
    return probabilities;
  }

  @Override
  public int greedyAction(SpaceElement observation) {
    if (!(observation instanceof BoxElement box) || box.values().length <= SPLIT) {
      throw new InvalidValueException("observation", observation, "[sigma, m, p]");
    }
    int split = (int) box.at(SPLIT);
    int nearest = 0;
    for (int action = 1; action < actions.actions(); action++) {
      if (distance(split, action) < distance(split, nearest)) {
        nearest = action;
      }
    }
    return nearest;
  }

  private int distance(int split, int action) {
    return Math.abs(actions.target(split, action, splits) - target);
  }
}
