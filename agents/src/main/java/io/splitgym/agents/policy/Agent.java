package io.splitgym.agents.policy;

import io.splitgym.random.RandomStream;
import io.splitgym.space.SpaceElement;

/**
 * Acts in episodes of an environment whose actions are a {@link io.splitgym.space.Discrete} space.
 * What an agent remembers within an episode, such as the time that has passed, lives in the {@link
 * Actor}; the agent itself is safe for use by several threads.
 */
public interface Agent {
  /** The name used on the command line and in tables. */
  String name();

  /**
   * Starts an episode.
   *
   * @param firstObservation what the environment's reset gave
   * @param random where the agent's own chance comes from; one stream for each episode
   */
  Actor begin(SpaceElement firstObservation, RandomStream random);

  /** An agent in one episode. */
  @FunctionalInterface
  interface Actor {
    /**
     * The next action. Called once for each step, in order.
     *
     * @param observation the newest one; the episode's first for the first step
     * @return in 0..n-1
     */
    int act(SpaceElement observation);
  }
}
