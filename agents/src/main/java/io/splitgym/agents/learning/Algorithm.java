package io.splitgym.agents.learning;

import io.splitgym.agents.policy.Policy;
import io.splitgym.environment.Preset;
import java.util.Map;

/**
 * A way to learn a policy. Implementations have a constructor without arguments and are found by
 * {@link java.util.ServiceLoader}: one class and one line under {@code META-INF/services} make an
 * agent that {@code train --agent NAME} knows.
 *
 * @param <H> the hyperparameters: a record whose constructor refuses what isn't allowed, with
 *     components of the types int, long, double, boolean, String, enums, or lists of integers
 */
public interface Algorithm<H extends Record> {
  /** The name used on the command line and in tables, such as {@code ppo}. */
  String name();

  /** What hyperparameters are unless told otherwise, in environments of that preset. */
  H hyperparameters(Preset preset);

  /**
   * Learns a policy. The same hyperparameters, environments, steps and seed give the same policy,
   * bit for bit, whatever the number of threads.
   *
   * @throws io.splitgym.validation.InvalidValueException if the environment's spaces don't fit
   */
  Policy train(H hyperparameters, Training training);

  /**
   * This algorithm with its hyperparameters.
   *
   * @param changed by name, see {@link Hyperparameters#with}
   */
  default Learner<H> learner(Preset preset, Map<String, ?> changed) {
    return new Learner<>(this, Hyperparameters.with(hyperparameters(preset), changed));
  }
}
