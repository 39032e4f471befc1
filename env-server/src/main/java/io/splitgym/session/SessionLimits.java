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
 * @param idle a session that nothing was asked of for so long is closed
 * @param waiting at most so many calls wait for one session, besides the one it works on
 * @param patience a call that waited so long is turned away
 */
public record SessionLimits(
    int sessions,
    int sessionsOfOneClient,
    int vectorSize,
    Duration idle,
    int waiting,
    Duration patience) {
  /**
   * 10,000 sessions in all and for each client, vectors of 65,536, half an hour, 16 calls waiting
   * for at most a minute.
   */
  public static final SessionLimits DEFAULT =
      new SessionLimits(10_000, 10_000, 65_536, Duration.ofMinutes(30), 16, Duration.ofMinutes(1));

  public SessionLimits {
    Require.positive("max-sessions", sessions);
    Require.positive("max-sessions-of-one-client", sessionsOfOneClient);
    Require.positive("max-vector-size", vectorSize);
    positive("idle-minutes", idle);
    Require.inRange("waiting", waiting, 0, Integer.MAX_VALUE - 1);
    positive("patience", patience);
  }

  private static void positive(String field, Duration time) {
    if (time.isNegative() || time.isZero()) {
      throw new InvalidValueException(field, time, "above 0");
    }
  }
}
