package io.splitgym.agents.study;

/** Follows a study. Called from several threads. */
@FunctionalInterface
public interface Progress {
  /**
   * Tells how many steps of training are done, in all runs together.
   *
   * @param total how many there will be
   */
  void update(long done, long total);
}
