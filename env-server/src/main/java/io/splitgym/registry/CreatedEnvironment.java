package io.splitgym.registry;

import io.splitgym.environment.Environment;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An environment, and all that was decided about it.
 *
 * @param backend the one that answers its steps
 * @param fingerprint what tells the model behind the backend from every other one
 * @param preset the one whose values the given parameters replaced
 * @param seed where its randomness starts
 * @param parameters every parameter by name, defaults included, in the spec's order
 */
public record CreatedEnvironment(
    Environment environment,
    EnvironmentSpec spec,
    String backend,
    String fingerprint,
    String preset,
    long seed,
    Map<String, Object> parameters) {
  public CreatedEnvironment {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }
}
