package io.splitgym.session;

import io.splitgym.durability.Checkpoint;
import io.splitgym.durability.Recovered;
import java.util.Optional;

/** One that this program can't read, and so hands on as it is to the next that uses the folder. */
record UnreadSession(Recovered recovered) implements Checkpoints.Kept {
  String id() {
    return recovered.trail().id().toString();
  }

  @Override
  public Optional<Checkpoint> checkpoint() {
    return Optional.of(recovered.checkpoint());
  }
}
