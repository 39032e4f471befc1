package io.splitgym.agents.policy;

import io.splitgym.random.RandomStream;
import io.splitgym.space.SpaceElement;

/**
 * Takes a policy's most probable action every time, as evaluations of trained policies do.
 *
 * @param policy what gives the probabilities
 */
public record GreedyPolicy(Policy policy) implements Agent {
  @Override
  public String name() {
    return policy.name();
  }

  @Override
  public Actor begin(SpaceElement firstObservation, RandomStream random) {
    return policy::greedyAction;
  }
}
