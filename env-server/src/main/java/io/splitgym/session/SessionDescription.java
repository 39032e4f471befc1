package io.splitgym.session;

import io.splitgym.registry.CreatedEnvironment;
import io.splitgym.registry.EnvironmentRequest;
import io.splitgym.registry.EnvironmentSpec;
import io.splitgym.space.Space;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an environment is, which never changes.
 *
 * @param backend the one that answers its steps
 * @param preset the one whose values the given parameters replaced
 * @param seed where its randomness started
 * @param parameters every parameter by name, defaults included, in the spec's order
 */
public record SessionDescription(
    EnvironmentSpec spec,
    String backend,
    String preset,
    long seed,
    Map<String, Object> parameters,
    Space observationSpace,
    Space actionSpace) {
  public SessionDescription {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }

  static SessionDescription of(CreatedEnvironment created) {
    return new SessionDescription(
        created.spec(),
        created.backend(),
        created.preset(),
        created.seed(),
        created.parameters(),
        created.environment().observationSpace(),
        created.environment().actionSpace());
  }

  /** The request that makes the same environment again. */
  EnvironmentRequest request() {
    return new EnvironmentRequest(spec.id(), backend, preset, seed, parameters);
  }
}
