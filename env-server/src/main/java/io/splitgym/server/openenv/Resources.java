package io.splitgym.server.openenv;

import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.EnvironmentRequest;
import io.splitgym.registry.EnvironmentSpec;
import io.splitgym.server.operation.StepRate;
import io.splitgym.server.operation.Workers;
import io.splitgym.server.wire.BodyReader;
import io.splitgym.session.SessionDescription;
import io.splitgym.session.Sessions;
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
    BodyReader reader) {

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
    String backend = request.backend();
    return backend != null
            && registry
                .find(request.spec())
                .filter(spec -> spec.slowBackends().contains(backend))
                .isPresent()
        ? backend
        : null;
  }

  /** The slow backend that the environment's steps need, or null. */
  @Nullable String slowBackend(SessionDescription described) {
    return described.spec().slowBackends().contains(described.backend())
        ? described.backend()
        : null;
  }
}
