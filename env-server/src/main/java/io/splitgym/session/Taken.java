package io.splitgym.session;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A call that was carried out, as the recording of episodes sees it: what it meant to each of the
 * environments that it was for, of which a single one is number 0.
 */
interface Taken {
  /** Whether the environment took a step of an episode. */
  boolean steps(int lane);

  /** Whether that was the episode's last one. */
  boolean ends(int lane);

  /** Whether an episode began, after that end if there was one. */
  boolean begins(int lane);

  /** The seed that an episode which began was given; null where randomness goes on. */
  @Nullable Long seed(int lane);

  /** The options that an episode which began was given. */
  Map<String, Object> options();

  /** What the step came with: a {@code float[]} or an {@code Integer}. */
  Object action(int lane);

  double reward(int lane);

  boolean terminated(int lane);

  boolean truncated(int lane);

  /** What was seen after the step, as plain value. */
  Object stepObservation(int lane);

  Map<String, Object> stepInfo(int lane);

  /** What was seen when an episode began, as plain value. */
  Object firstObservation(int lane);

  Map<String, Object> firstInfo(int lane);

  /** As the session keeps it. */
  byte[] commandBytes();

  Object answer();

  /** About how much memory it takes. */
  long bytes();
}
