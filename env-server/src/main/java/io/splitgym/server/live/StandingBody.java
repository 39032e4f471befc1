package io.splitgym.server.live;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.splitgym.session.Progress;
import io.splitgym.session.Standing;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where an environment or a vector stands.
 *
 * @param numEnvs how many environments a vector has; null for a single one
 * @param latest what was done to it last: creation, reset or step
 */
@JsonPropertyOrder({
  "id",
  "spec",
  "backend",
  "preset",
  "numEnvs",
  "latest",
  "status",
  "episodes",
  "steps",
  "observation",
  "reward",
  "episodeReturn"
})
record StandingBody(
    String id,
    String spec,
    String backend,
    String preset,
    @Nullable Integer numEnvs,
    String latest,
    String status,
    long episodes,
    long steps,
    @Nullable List<Float> observation,
    @Nullable Double reward,
    @Nullable Double episodeReturn) {
  static StandingBody of(Standing standing) {
    Progress progress = standing.progress();
    return new StandingBody(
        standing.id(),
        standing.description().spec().id(),
        standing.description().backend(),
        standing.description().preset(),
        standing.count(),
        progress.status() == Progress.Status.CREATED
            ? "creation"
            : progress.steps() == 0 ? "reset" : "step",
        progress.status().name().toLowerCase(Locale.ROOT),
        progress.episodes(),
        progress.steps(),
        standing.observation(),
        standing.reward(),
        standing.episodeReturn());
  }
}
