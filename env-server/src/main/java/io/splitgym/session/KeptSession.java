package io.splitgym.session;

import io.splitgym.durability.Checkpoint;
import java.time.Duration;
import java.util.Optional;

/** What {@link Sessions} and {@link Checkpoints} need of a session, whatever it works on. */
interface KeptSession {
  String id();

  Origin origin();

  /** What answers its steps; never waits. */
  String backend();

  /** Counts as use, as every call does. */
  void touch();

  /** How long nothing was asked of it; 0 while a call is being worked on. */
  Duration idle();

  /** Where it stands, for whoever watches; never waits, and doesn't count as use. */
  Standing standing();

  /** Where it stands, for the checkpoint; empty if it is being worked on. */
  Optional<Checkpoint> checkpoint();

  /** Waits for the call that is being worked on, then frees the environment. */
  void close();

  /** The same, for good: nothing of it is kept. */
  void end();
}
