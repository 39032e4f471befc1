package io.splitgym.server.wire;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.splitgym.session.Progress;
import io.splitgym.session.Session;
import io.splitgym.session.SessionDescription;
import io.splitgym.session.Sessions;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A live environment, described. */
@JsonPropertyOrder({
  "id",
  "spec",
  "backend",
  "fingerprint",
  "preset",
  "seed",
  "observationSpace",
  "actionSpace",
  "parameters",
  "record",
  "status",
  "episodes",
  "steps"
})
public record EnvironmentBody(
    String id,
    String spec,
    String backend,
    String fingerprint,
    String preset,
    long seed,
    SpaceBody observationSpace,
    SpaceBody actionSpace,
    Map<String, Object> parameters,
    boolean record,
    String status,
    long episodes,
    long steps) {

  /** As it is now. */
  public static EnvironmentBody of(Session session) {
    return of(session, session.progress());
  }

  /** As it was when it was made, which is the answer to the request that made it. */
  public static EnvironmentBody asCreated(Session session) {
    return of(session, session.progressAtCreation());
  }

  private static EnvironmentBody of(Session session, Progress progress) {
    SessionDescription created = session.description();
    return new EnvironmentBody(
        session.id(),
        created.spec().id(),
        created.backend(),
        created.fingerprint(),
        created.preset(),
        created.seed(),
        SpaceBody.of(created.observationSpace()),
        SpaceBody.of(created.actionSpace()),
        created.parameters(),
        session.recorded(),
        progress.status().name().toLowerCase(Locale.ROOT),
        progress.episodes(),
        progress.steps());
  }

  /**
   * Live environments, described.
   *
   * @param next where the next part begins; null if this is the last
   */
  public record Listing(List<EnvironmentBody> environments, @Nullable Long next) {
    public static Listing of(Sessions.Page<Session> page) {
      return new Listing(
          page.sessions().stream().map(EnvironmentBody::of).toList(),
          page.next().isPresent() ? (Long) page.next().getAsLong() : null);
    }
  }
}
