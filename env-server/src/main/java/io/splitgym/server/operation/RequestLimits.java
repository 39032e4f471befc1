package io.splitgym.server.operation;

import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one request may ask for.
 *
 * @param bodyBytes the most bytes of a body, and of a message on a WebSocket
 * @param bytesForEachEnvironment how many more where a call concerns a vector of environments
 * @param depth how many objects and arrays of a body may be in one another
 * @param stepsASecond environment steps that one client may take; 0 for no limit
 * @param points the most that one prediction may be asked for
 * @param slowPoints the same on a slow backend, where one that was never measured takes seconds
 * @param timeByBackend how long a call on a slow backend may take
 * @param timeOfOthers how long, on a slow backend that isn't named there
 */
public record RequestLimits(
    int bodyBytes,
    int bytesForEachEnvironment,
    int depth,
    int stepsASecond,
    int points,
    int slowPoints,
    Map<String, Duration> timeByBackend,
    Duration timeOfOthers) {
  /**
   * 1 MiB, 64 bytes, 32 deep, no limit on steps, 4,096 points, 32 slow ones; ten minutes on an LLM,
   * one elsewhere.
   */
  public static final RequestLimits DEFAULT =
      new RequestLimits(
          1 << 20,
          64,
          32,
          0,
          4_096,
          32,
          Map.of("llm", Duration.ofMinutes(10)),
          Duration.ofMinutes(1));

  private static final int MOST_BODY_BYTES = 1 << 30;
  private static final int MOST_BYTES_FOR_EACH = 1 << 16;
  private static final int MOST_POINTS = 1 << 20;
  private static final int MOST_DEPTH = 1_000;

  public RequestLimits {
    Require.inRange("max-body-bytes", bodyBytes, 1, MOST_BODY_BYTES);
    Require.inRange(
        "max-bytes-for-each-environment", bytesForEachEnvironment, 0, MOST_BYTES_FOR_EACH);
    Require.inRange("max-depth", depth, 1, MOST_DEPTH);
    Require.inRange("max-steps-a-second", stepsASecond, 0, Integer.MAX_VALUE);
    Require.inRange("max-points", points, 1, MOST_POINTS);
    Require.inRange("max-slow-points", slowPoints, 1, points);
    timeByBackend = Collections.unmodifiableMap(new TreeMap<>(timeByBackend));
    timeByBackend.forEach((backend, time) -> requirePositive("max-time of " + backend, time));
    requirePositive("max-time", timeOfOthers);
  }

  /** How long a call on that slow backend may take. */
  Duration timeOf(String backend) {
    return timeByBackend.getOrDefault(backend, timeOfOthers);
  }

  /**
   * The most bytes of a body that concerns so many environments.
   *
   * @param environments 0 outside of vectors
   */
  public int bytesFor(int environments) {
    return (int)
        Math.min(
            bodyBytes + (long) bytesForEachEnvironment * environments, Integer.MAX_VALUE - 16L);
  }

  private static void requirePositive(String field, Duration time) {
    if (time.isNegative() || time.isZero()) {
      throw new InvalidValueException(field, time, "above 0");
    }
  }
}
