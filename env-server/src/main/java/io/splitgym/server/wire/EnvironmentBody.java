package io.splitgym.server.wire;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.splitgym.registry.CreatedEnvironment;
import io.splitgym.session.Progress;
import io.splitgym.session.Session;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A live environment, described. */
@JsonPropertyOrder({
  "id",
  "spec",
  "backend",
  "preset",
  "seed",
  "observationSpace",
  "actionSpace",
  "parameters",
  "status",
  "episodes",
  "steps"
})
public record EnvironmentBody(
    String id,
    String spec,
    String backend,
    String preset,
    long seed,
    SpaceBody observationSpace,
    SpaceBody actionSpace,
    Map<String, Object> parameters,
    String status,
    long episodes,
    long steps) {

  public static EnvironmentBody of(Session session) {
    CreatedEnvironment created = session.created();
    Progress progress = session.progress();
    return new EnvironmentBody(
        session.id(),
        created.spec().id(),
        created.backend(),
        created.preset(),
        created.seed(),
        SpaceBody.of(created.environment().observationSpace()),
        SpaceBody.of(created.environment().actionSpace()),
        created.parameters(),
        progress.status().name().toLowerCase(Locale.ROOT),
        progress.episodes(),
        progress.steps());
  }

  /** All live environments, described. */
  public record Listing(List<EnvironmentBody> environments) {
    public static Listing of(List<Session> sessions) {
      return new Listing(sessions.stream().map(EnvironmentBody::of).toList());
    }
  }
}
