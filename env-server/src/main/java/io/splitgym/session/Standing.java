package io.splitgym.session;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a session stands, for whoever watches.
 *
 * @param description what it is, or each environment of a vector
 * @param count how many environments a vector has; null for a single one
 * @param observation the latest, and for a vector the mean over its environments; null where this
 *     process saw none
 * @param reward of the latest step, and for a vector the mean; null where none followed a reset
 * @param episodeReturn the rewards of the present episode added up; null for a vector, and where
 *     this process didn't see the episode's start
 * @param idle how long nothing was asked of it
 */
public record Standing(
    String id,
    SessionDescription description,
    @Nullable Integer count,
    Progress progress,
    @Nullable List<Float> observation,
    @Nullable Double reward,
    @Nullable Double episodeReturn,
    Duration idle) {
  public Standing {
    observation = observation == null ? null : List.copyOf(observation);
  }
}
