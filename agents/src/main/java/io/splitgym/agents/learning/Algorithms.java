package io.splitgym.agents.learning;

import io.splitgym.validation.InvalidValueException;
import java.util.List;
import java.util.ServiceLoader;

/** The algorithms on the class path. */
public final class Algorithms {
  private Algorithms() {}

  /** All of them, in the order of their names. */
  public static List<String> names() {
    return ServiceLoader.load(Algorithm.class).stream()
        .map(provider -> provider.get().name())
        .sorted()
        .toList();
  }

  /**
   * The one of that name.
   *
   * @throws InvalidValueException if there is none
   */
  public static Algorithm<?> named(String name) {
    for (Algorithm<?> algorithm : ServiceLoader.load(Algorithm.class)) {
      if (algorithm.name().equals(name)) {
        return algorithm;
      }
    }
    throw new InvalidValueException("agent", name, "one of " + String.join(", ", names()));
  }
}
