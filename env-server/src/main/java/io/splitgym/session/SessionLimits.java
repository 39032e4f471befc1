package io.splitgym.session;

import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.time.Duration;

/**
 * What one server holds.
 *
 * @param sessions at most so many live at once
 * @param sessionsOfOneClient at most so many that one client made live at once
 * @param vectorSize a vector environment has at most so many environments
 * @param vectorEnvironments all vectors together have at most so many environments
 * @param idle a session that nothing was asked of for so long is closed
 * @param waiting at most so many calls wait for one session, besides the one it works on
 * @param patience a call that waited so long is turned away
 */
public record SessionLimits(
    int sessions,
    int sessionsOfOneClient,
    int vectorSize,
    long vectorEnvironments,
    Duration idle,
    int waiting,
    Duration patience) {
  /** So many vectors of the greatest size find room, unless told otherwise. */
  public static final int VECTORS_OF_GREATEST_SIZE = 16;

  /**
   * 10,000 sessions in all and for each client, vectors of 65,536 and 16 times as many environments
   * in all of them, half an hour, 16 calls waiting for at most a minute.
   */
  public static final SessionLimits DEFAULT =
      new SessionLimits(10_000, 10_000, 65_536, Duration.ofMinutes(30), 16, Duration.ofMinutes(1));

  public SessionLimits {
    Require.positive("max-sessions", sessions);
    Require.positive("max-sessions-of-one-client", sessionsOfOneClient);
    Require.positive("max-vector-size", vectorSize);
    if (vectorEnvironments < vectorSize) {
      throw new InvalidValueException(
          "max-vector-environments", vectorEnvironments, "at least max-vector-size");
    }
    positive("idle-minutes", idle);
    Require.inRange("max-waiting-calls", waiting, 0, Integer.MAX_VALUE - 1);
    positive("max-waiting-seconds", patience);
  }

  /** With room for sixteen vectors of the greatest size. */
  public SessionLimits(
      int sessions,
      int sessionsOfOneClient,
      int vectorSize,
      Duration idle,
      int waiting,
      Duration patience) {
    this(
        sessions,
        sessionsOfOneClient,
        vectorSize,
        (long) VECTORS_OF_GREATEST_SIZE * vectorSize,
        idle,
        waiting,
        patience);
  }

  private static void positive(String field, Duration time) {
    if (time.isNegative() || time.isZero()) {
      throw new InvalidValueException(field, time, "above 0");
    }
  }
}
