package io.splitgym.agents.policy;

import io.splitgym.space.SpaceElement;
import io.splitgym.validation.Require;

/**
 * Leaves the split where the episode starts: action 0, always.
 *
 * @param actions how many there are
 */
public record StayPolicy(int actions) implements Policy {
  private static final int STAY = 0;

  public StayPolicy {
    Require.positive("actions", actions);
  }

  @Override
  public String name() {
    return "stay";
  }

  @Override
  public double[] probabilities(SpaceElement observation) {
    double[] probabilities = new double[actions];
    probabilities[STAY] = 1;
    return probabilities;
  }
}
