package io.splitgym.agents.learning;

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
}
