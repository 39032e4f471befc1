package io.splitgym.server.websocket;

import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.time.Duration;

/**
 * What one WebSocket may do.
 *
 * @param inFlight messages that may wait for their answers; of more, none is read
 * @param bytesInFlight bytes that such messages may have together; once they have more, none is
 *     read
 * @param ping how often the server asks whether the other end is there; it hangs up when it hears
 *     nothing for three times as long
 * @param idle a socket over which nothing was asked for so long is closed
 * @param hello a socket that needs a token must have sent it within this
 */
public record SocketLimits(
    int inFlight, int bytesInFlight, Duration ping, Duration idle, Duration hello) {
  /** 256 messages of 8 MiB together, a ping each 20 seconds, half an hour, 10 seconds. */
  public static final SocketLimits DEFAULT =
      new SocketLimits(
          256, 1 << 23, Duration.ofSeconds(20), Duration.ofMinutes(30), Duration.ofSeconds(10));

  private static final int MOST_IN_FLIGHT = 65_536;

  public SocketLimits {
    Require.inRange("max-in-flight", inFlight, 1, MOST_IN_FLIGHT);
    Require.positive("max-bytes-in-flight", bytesInFlight);
    requirePositive("ping-seconds", ping);
    requirePositive("socket-idle-minutes", idle);
    requirePositive("hello-seconds", hello);
  }

  private static void requirePositive(String field, Duration time) {
    if (time.isNegative() || time.isZero()) {
      throw new InvalidValueException(field, time, "above 0");
    }
  }
}
