package io.splitgym.checkpoint;

import java.io.IOException;

/** A model file that may well be sound, of a kind that isn't known here; the message says which. */
public final class UnsupportedCheckpointException extends IOException {
  private static final long serialVersionUID = 1L;

  public UnsupportedCheckpointException(String message) {
    super(message);
  }
}
