package io.splitgym.server;

import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.time.Duration;

/**
 * What connections there may be.
 *
 * @param all at most so many at once; more wait to be accepted
 * @param ofOneClient at most so many at once from one address; more are closed at once
 * @param header a request's header must be complete within this
 */
public record ConnectionLimits(int all, int ofOneClient, Duration header) {
  /** 16,384, whoever they are from, and ten seconds. */
  public static final ConnectionLimits DEFAULT =
      new ConnectionLimits(16_384, 16_384, Duration.ofSeconds(10));

  public ConnectionLimits {
    Require.positive("max-connections", all);
    Require.positive("max-connections-of-one-client", ofOneClient);
    if (header.isNegative() || header.isZero()) {
      throw new InvalidValueException("header-seconds", header, "above 0");
    }
  }
}
