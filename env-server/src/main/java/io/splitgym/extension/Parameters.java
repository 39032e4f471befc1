package io.splitgym.extension;

import io.splitgym.validation.InvalidValueException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The parameters of an {@link Extension} with their values, all there and all allowed. */
public final class Parameters {
  private final Map<String, Object> values;

  private Parameters(Map<String, Object> values) {
    this.values = Collections.unmodifiableMap(values);
  }

  /**
   * What was given, the rest as by default.
   *
   * @param path what goes before a name in refusals, such as {@code reward.parameters}
   * @param given JSON values by name
   * @throws InvalidValueException if a name is unknown or a value isn't allowed
   */
  public static Parameters of(String path, List<Parameter> known, Map<String, ?> given) {
    return of(path, known, given, Parameter::value);
  }

  /**
   * The same of texts, as people write them on a command line and files keep them.
   *
   * @throws InvalidValueException if a name is unknown or a value isn't allowed
   */
  public static Parameters ofTexts(String path, List<Parameter> known, Map<String, String> given) {
    return of(path, known, given, Parameter::valueOfText);
  }

  @FunctionalInterface
  private interface Reading<T> {
    Object of(Parameter parameter, String path, T given);
  }

  private static <T> Parameters of(
      String path, List<Parameter> known, Map<String, ? extends T> given, Reading<T> reading) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (Parameter parameter : known) {
      @Nullable T value = given.get(parameter.name());
      String name = path + "." + parameter.name();
      if (value == null && given.containsKey(parameter.name())) {
        throw new InvalidValueException(name, null, parameter.allowed());
      }
      values.put(
          parameter.name(),
          value == null ? parameter.absent() : reading.of(parameter, name, value));
    }
    given.forEach(
        (name, value) -> {
          if (!values.containsKey(name)) {
            throw new InvalidValueException(
                path + "." + name,
                value,
                values.isEmpty()
                    ? "absent: there are no parameters"
                    : "absent; known are " + String.join(", ", values.keySet()));
          }
        });
    return new Parameters(values);
  }

  /** A {@link Parameter.Number}'s value. */
  public double number(String name) {
    return (Double) value(name);
  }

  /** A {@link Parameter.Whole}'s value. */
  public int integer(String name) {
    return (Integer) value(name);
  }

  /** A {@link Parameter.Flag}'s value. */
  public boolean flag(String name) {
    return (Boolean) value(name);
  }

  /** A {@link Parameter.Choice}'s value. */
  public String text(String name) {
    return (String) value(name);
  }

  /** All of them as JSON values, in the order in which the extension names them. */
  public Map<String, Object> asMap() {
    return values;
  }

  /** All of them as texts, which {@link #ofTexts} takes. */
  public SortedMap<String, String> asTexts() {
    SortedMap<String, String> texts = new TreeMap<>();
    values.forEach((name, value) -> texts.put(name, value.toString()));
    return texts;
  }

  private Object value(String name) {
    Object value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("there is no parameter " + name);
    }
    return value;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Parameters parameters && values.equals(parameters.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
