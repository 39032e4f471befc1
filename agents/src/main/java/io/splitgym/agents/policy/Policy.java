package io.splitgym.agents.policy;

import io.splitgym.random.RandomStream;
import io.splitgym.space.SpaceElement;

/** An agent that looks at nothing but the newest observation. */
public interface Policy extends Agent {
  /**
   * How probable each action is.
   *
   * @return n values of at least 0 whose sum is 1; the caller's to keep
   */
  double[] probabilities(SpaceElement observation);

  /** The most probable action, the first of several. */
  default int greedyAction(SpaceElement observation) {
    double[] probabilities = probabilities(observation);
    int best = 0;
    for (int action = 1; action < probabilities.length; action++) {
      if (probabilities[action] > probabilities[best]) {
        best = action;
      }
    }
    return best;
  }

  /** Draws an action for each observation. */
  @Override
  default Actor begin(SpaceElement firstObservation, RandomStream random) {
    return observation -> {
      double[] probabilities = probabilities(observation);
      double left = random.nextDouble();
      int last = 0;
      for (int action = 0; action < probabilities.length; action++) {
        if (probabilities[action] > 0) {
          left -= probabilities[action];
          last = action;
          if (left < 0) {
            break;
          }
        }
      }
      return last;
    };
  }
}
