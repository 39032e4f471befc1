package io.splitgym.validation;

import java.time.Duration;

/** A limit of the server is reached; asking again later may work. */
public final class LimitReachedException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  private final String limit;
  private final String allowed;
  private final Duration retryAfter;

  /**
   * @param limit which one, such as {@code sessions}
   * @param allowed phrased to follow "must be", such as {@code "at most 256"}
   * @param retryAfter when asking again makes sense
   */
  public LimitReachedException(String message, String limit, String allowed, Duration retryAfter) {
    super(message);
    this.limit = limit;
    this.allowed = allowed;
    this.retryAfter = retryAfter;
  }

  public String limit() {
    return limit;
  }

  public String allowed() {
    return allowed;
  }

  public Duration retryAfter() {
    return retryAfter;
  }
}
