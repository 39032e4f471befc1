package io.splitgym.checkpoint;

import java.io.IOException;

/** A model file that isn't what its format promises; the message names the thing that is wrong. */
public final class MalformedCheckpointException extends IOException {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST_MESSAGE = 2_000;

  /**
   * @param message what stands in it out of a file may be anything; see {@link Excerpt}
   */
  public MalformedCheckpointException(String message) {
    super(Excerpt.of(message, LONGEST_MESSAGE));
  }
}
