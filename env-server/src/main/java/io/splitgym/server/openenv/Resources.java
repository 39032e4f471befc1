package io.splitgym.server.openenv;

import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.EnvironmentRequest;
import io.splitgym.registry.EnvironmentSpec;
import io.splitgym.server.metrics.Metrics;
import io.splitgym.server.operation.SlowBackends;
import io.splitgym.server.operation.StepRate;
import io.splitgym.server.operation.Workers;
import io.splitgym.server.wire.BodyReader;
import io.splitgym.session.SessionDescription;
import io.splitgym.session.SessionLimits;
import io.splitgym.session.Sessions;
import io.splitgym.validation.LimitReachedException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What OpenEnv's clients share with everybody else. */
record Resources(
    EnvironmentRegistry registry,
    Sessions sessions,
    StepRate rate,
    Workers workers,
    Metrics metrics,
    BodyReader reader,
    SessionLimits limits) {

  /** How many environments there are and may be, where there is no place for another. */
  Map<String, Integer> full(LimitReachedException refusal) {
    // whichever is full, as many are in it as may be
    int most =
        refusal.limit().equals("sessions") ? limits.sessions() : limits.sessionsOfOneClient();
    return Map.of("active_sessions", most, "max_sessions", most);
  }

  /** The spec of an environment that nobody named. */
  EnvironmentSpec firstSpec() {
    return registry.specs().iterator().next();
  }

  /**
   * What those fields of a reset ask for; the first spec unless they name another.
   *
   * @throws io.splitgym.validation.InvalidValueException if the spec isn't known
   * @throws io.splitgym.registry.MalformedRequestException if a field is unknown or has the wrong
   *     type
   */
  EnvironmentRequest request(Map<String, Object> creation) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("spec", firstSpec().id());
    fields.putAll(creation);
    return registry.read(Collections.unmodifiableMap(fields));
  }

  /** The slow backend that making such an environment needs, or null. */
  @Nullable String slowBackend(EnvironmentRequest request) {
    return SlowBackends.of(request, registry);
  }

  /** The slow backend that the environment's steps need, or null. */
  @Nullable String slowBackend(SessionDescription described) {
    return SlowBackends.of(described);
  }
}
