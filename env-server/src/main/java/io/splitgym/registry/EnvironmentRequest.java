package io.splitgym.registry;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an environment is asked to be.
 *
 * @param spec the id of an {@link EnvironmentSpec}
 * @param backend one of the spec's; null takes its first
 * @param preset one of the spec's; null takes its first
 * @param seed where the environment's randomness starts; null draws one
 * @param parameters by name, over the preset's values
 */
public record EnvironmentRequest(
    String spec,
    @Nullable String backend,
    @Nullable String preset,
    @Nullable Long seed,
    Map<String, Object> parameters) {
  public EnvironmentRequest {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }

  /** The spec's first backend and preset, a drawn seed, nothing else given. */
  public static EnvironmentRequest of(String spec) {
    return new EnvironmentRequest(spec, null, null, null, Map.of());
  }
}
