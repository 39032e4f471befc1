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
 * @param headerBytes at most so many bytes of a request's first line and header
 * @param waitingBytes at most so many bytes of bodies that aren't whole and of answers that wait to
 *     be read, over all connections; from who needs more, nothing is taken
 */
public record ConnectionLimits(
    int all, int ofOneClient, Duration header, int headerBytes, long waitingBytes) {
  /** 16,384, whoever they are from, ten seconds, 8 KiB and 256 MiB. */
  public static final ConnectionLimits DEFAULT =
      new ConnectionLimits(16_384, 16_384, Duration.ofSeconds(10), 1 << 13, 1L << 28);

  /** What browsers and WebSockets send anyway fits. */
  private static final int LEAST_HEADER_BYTES = 1 << 10;

  private static final int MOST_HEADER_BYTES = 1 << 20;

  public ConnectionLimits {
    Require.positive("max-connections", all);
    Require.positive("max-connections-of-one-client", ofOneClient);
    if (header.isNegative() || header.isZero()) {
      throw new InvalidValueException("header-seconds", header, "above 0");
    }
    Require.inRange("max-header-bytes", headerBytes, LEAST_HEADER_BYTES, MOST_HEADER_BYTES);
    Require.inRange("max-waiting-bytes", waitingBytes, 1, Long.MAX_VALUE);
  }
}
