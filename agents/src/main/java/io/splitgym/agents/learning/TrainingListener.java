package io.splitgym.agents.learning;

import io.splitgym.agents.policy.Policy;
import java.util.function.Supplier;

/** Follows a training. Called on the thread that trains, in order. */
public interface TrainingListener {
  /** Looks away. */
  TrainingListener NONE = steps -> {};

  /**
   * Steps were taken.
   *
   * @param steps how many so far; not every number is told
   */
  void stepped(long steps);

  /**
   * An episode of the training ended, played with whatever exploration the algorithm has.
   *
   * @param steps how many were taken so far
   * @param episodeReturn the undiscounted sum of its rewards
   */
  default void episodeEnded(long steps, double episodeReturn) {}

  /**
   * The policy was updated.
   *
   * @param steps how many were taken so far
   * @param policy makes a copy of the policy as it is now; to be asked within this call
   */
  default void learned(long steps, Supplier<? extends Policy> policy) {}
}
