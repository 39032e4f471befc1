package io.splitgym.registry;

import java.time.Duration;

/** A backend is there and still loading; asking again later works. */
public final class BackendLoadingException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  private final Duration retryAfter;

  /**
   * @param message what is loading
   * @param retryAfter when asking again makes sense
   */
  public BackendLoadingException(String message, Duration retryAfter) {
    super(message);
    this.retryAfter = retryAfter;
  }

  public Duration retryAfter() {
    return retryAfter;
  }
}
