package io.splitgym.agents.learning;

import io.splitgym.agents.policy.Policy;

/** An algorithm and what it is told. */
public record Learner<H extends Record>(Algorithm<H> algorithm, H hyperparameters) {
  /** Learns a policy, see {@link Algorithm#train}. */
  public Policy train(Training training) {
    return algorithm.train(hyperparameters, training);
  }
}
