package io.splitgym.agents.policy;

import io.splitgym.space.SpaceElement;
import io.splitgym.validation.Require;
import java.util.Arrays;

/**
 * Every action is as probable as any other.
 *
 * @param actions how many there are
 */
public record RandomPolicy(int actions) implements Policy {
  public RandomPolicy {
    Require.positive("actions", actions);
  }

  @Override
  public String name() {
    return "random";
  }

  @Override
  public double[] probabilities(SpaceElement observation) {
    double[] probabilities = new double[actions];
    Arrays.fill(probabilities, 1.0 / actions);
    return probabilities;
  }
}
