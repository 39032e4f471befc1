package io.splitgym.registry;

import io.splitgym.environment.VectorEnvironment;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A vector of environments, and all that was decided about it.
 *
 * @param backend the one that answers its steps
 * @param fingerprint what tells the model behind the backend from every other one
 * @param preset the one whose values the given parameters replaced
 * @param seed where the first one's randomness starts; that of environment i starts at seed + i
 * @param parameters every parameter by name, defaults included, in the spec's order
 */
public record CreatedVector(
    VectorEnvironment environment,
    EnvironmentSpec spec,
    String backend,
    String fingerprint,
    String preset,
    long seed,
    Map<String, Object> parameters) {
  public CreatedVector {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }
}
