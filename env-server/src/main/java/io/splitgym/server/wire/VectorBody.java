package io.splitgym.server.wire;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.splitgym.session.Progress;
import io.splitgym.session.SessionDescription;
import io.splitgym.session.Sessions;
import io.splitgym.session.VectorSession;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A live vector of environments, described.
 *
 * @param seed the first environment's; environment i has seed + i
 * @param resets how many there were, of whichever environments
 * @param steps taken since the latest of them
 */
@JsonPropertyOrder({
  "id",
  "spec",
  "backend",
  "fingerprint",
  "preset",
  "seed",
  "numEnvs",
  "autoreset",
  "singleObservationSpace",
  "singleActionSpace",
  "parameters",
  "record",
  "status",
  "resets",
  "steps"
})
public record VectorBody(
    String id,
    String spec,
    String backend,
    String fingerprint,
    String preset,
    long seed,
    int numEnvs,
    String autoreset,
    SpaceBody singleObservationSpace,
    SpaceBody singleActionSpace,
    Map<String, Object> parameters,
    boolean record,
    String status,
    long resets,
    long steps) {

  /** As it is now. */
  public static VectorBody of(VectorSession session) {
    return of(session, session.progress());
  }

  /** As it was when it was made, which is the answer to the request that made it. */
  public static VectorBody asCreated(VectorSession session) {
    return of(session, session.progressAtCreation());
  }

  private static VectorBody of(VectorSession session, Progress progress) {
    SessionDescription each = session.description().each();
    return new VectorBody(
        session.id(),
        each.spec().id(),
        each.backend(),
        each.fingerprint(),
        each.preset(),
        each.seed(),
        session.description().count(),
        session.description().autoreset().text(),
        SpaceBody.of(each.observationSpace()),
        SpaceBody.of(each.actionSpace()),
        each.parameters(),
        session.recorded(),
        progress.status().name().toLowerCase(Locale.ROOT),
        progress.episodes(),
        progress.steps());
  }

  /**
   * Live vectors, described.
   *
   * @param next where the next part begins; null if this is the last
   */
  public record Listing(List<VectorBody> vectors, @Nullable Long next) {
    public static Listing of(Sessions.Page<VectorSession> page) {
      return new Listing(
          page.sessions().stream().map(VectorBody::of).toList(),
          page.next().isPresent() ? (Long) page.next().getAsLong() : null);
    }
  }
}
