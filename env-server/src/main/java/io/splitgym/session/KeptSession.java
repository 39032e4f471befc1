package io.splitgym.session;

import java.time.Duration;

/** What {@link Sessions} and {@link Checkpoints} need of a session, whatever it works on. */
interface KeptSession extends Checkpoints.Kept {
  String id();

  Origin origin();

  /** What answers its steps; never waits. */
  String backend();

  /** Counts as use, as every call does. */
  void touch();

  /** How long nothing was asked of it; 0 while a call is being worked on. */
  Duration idle();

  /** How many calls wait for an earlier one to be done. */
  int waiting();

  /** Where it stands, for whoever watches; never waits, and doesn't count as use. */
  Standing standing();

  /** Waits for the call that is being worked on, then frees the environment. */
  void close();

  /**
   * The same, for good: nothing of it is kept.
   *
   * @return whether this call ended it; false if an earlier one did
   * @throws io.splitgym.durability.DurabilityException if the end can't be kept; then there is
   *     none, and calls are worked on as before
   */
  boolean end();
}
