package io.splitgym.checkpoint;

import java.io.IOException;

/** A model file that isn't what its format promises; the message names the thing that is wrong. */
public final class MalformedCheckpointException extends IOException {
  private static final long serialVersionUID = 1L;

  public MalformedCheckpointException(String message) {
    super(message);
  }
}
