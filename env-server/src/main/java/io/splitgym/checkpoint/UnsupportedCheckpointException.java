package io.splitgym.checkpoint;

import java.io.IOException;

/** A model file that may well be sound, of a kind that isn't known here; the message says which. */
public final class UnsupportedCheckpointException extends IOException {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST_MESSAGE = 2_000;

  /**
   * @param message what stands in it out of a file may be anything; see {@link Excerpt}
   */
  public UnsupportedCheckpointException(String message) {
    super(Excerpt.of(message, LONGEST_MESSAGE));
  }
}
