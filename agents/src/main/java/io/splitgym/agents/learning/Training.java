package io.splitgym.agents.learning;

import io.splitgym.environment.Environment;
import io.splitgym.validation.Require;
import java.util.function.Supplier;

/**
 * What an algorithm is to learn from.
 *
 * @param environments makes an environment at each call, all alike; who asks for one closes it
 * @param steps to take in all of them together, exactly
 * @param seed of everything that is drawn
 * @param threads how many may be used, at least 1; the policy doesn't depend on it
 * @param listener is told how it goes
 */
public record Training(
    Supplier<? extends Environment> environments,
    long steps,
    long seed,
    int threads,
    TrainingListener listener) {
  public Training {
    Require.inRange("steps", steps, 1, Integer.MAX_VALUE);
    Require.positive("threads", threads);
  }

  /** On one thread, telling nobody. */
  public static Training of(Supplier<? extends Environment> environments, long steps, long seed) {
    return new Training(environments, steps, seed, 1, TrainingListener.NONE);
  }
}
