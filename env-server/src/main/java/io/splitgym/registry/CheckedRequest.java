package io.splitgym.registry;

import io.splitgym.environment.Environment;
import io.splitgym.environment.VectorEnvironment;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A request with nothing left open: names are known and types right; whether the values are allowed
 * is for the spec to say.
 *
 * @param backend one of the spec's
 * @param preset one of the spec's
 * @param seed where the environment's randomness starts
 * @param parameters those given, by name
 */
public record CheckedRequest(
    EnvironmentSpec spec,
    String backend,
    String preset,
    long seed,
    Map<String, Object> parameters) {
  public CheckedRequest {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }

  /**
   * What this request led to.
   *
   * @param fingerprint of what answers its steps
   * @param all every parameter by name, defaults included, in the spec's order
   */
  public CreatedEnvironment created(
      Environment environment, String fingerprint, Map<String, Object> all) {
    return new CreatedEnvironment(environment, spec, backend, fingerprint, preset, seed, all);
  }

  /**
   * What this request led to, many times over.
   *
   * @param fingerprint of what answers its steps
   * @param all every parameter by name, defaults included, in the spec's order
   */
  public CreatedVector created(
      VectorEnvironment environment, String fingerprint, Map<String, Object> all) {
    return new CreatedVector(environment, spec, backend, fingerprint, preset, seed, all);
  }
}
