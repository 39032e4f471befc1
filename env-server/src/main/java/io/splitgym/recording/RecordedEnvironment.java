package io.splitgym.recording;

import io.splitgym.space.Space;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What an episode was played in.
 *
 * @param id of the environment, or of the vector
 * @param description as plain values: {@code spec}, {@code backend}, {@code preset}, {@code seed},
 *     {@code parameters}, {@code observationSpace}, {@code actionSpace}
 */
public record RecordedEnvironment(String id, Map<String, Object> description) {
  public RecordedEnvironment {
    description = Collections.unmodifiableMap(new LinkedHashMap<>(description));
  }

  public String spec() {
    return (String) present("spec");
  }

  public String backend() {
    return (String) present("backend");
  }

  public String preset() {
    return (String) present("preset");
  }

  /** Where its randomness started; in a vector, that of the first environment. */
  public long seed() {
    return (Long) present("seed");
  }

  /** Every parameter by name, defaults included. */
  public Map<String, Object> parameters() {
    Map<String, Object> parameters = new LinkedHashMap<>();
    ((Map<?, ?>) present("parameters"))
        .forEach((name, value) -> parameters.put(String.valueOf(name), value));
    return parameters;
  }

  public Space observationSpace() {
    return PlainSpaces.space(present("observationSpace"));
  }

  public Space actionSpace() {
    return PlainSpaces.space(present("actionSpace"));
  }

  private Object present(String name) {
    return Objects.requireNonNull(description.get(name), name);
  }
}
