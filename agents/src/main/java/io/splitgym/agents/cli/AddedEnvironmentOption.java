package io.splitgym.agents.cli;

import io.splitgym.environment.Environment;
import io.splitgym.extension.Extensions;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.EnvironmentSpec;
import io.splitgym.validation.InvalidValueException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** An environment that was added on the class path, in the place of split inference. */
final class AddedEnvironmentOption {
  @Option(
      names = "--env",
      paramLabel = "ID",
      description =
          "An environment of your own on the class path, in the place of split inference; it has no"
              + " exact optimum.")
  private @Nullable String id;

  @Option(
      names = "--env-parameter",
      paramLabel = "NAME=VALUE",
      description = "A parameter of it; may be given several times.")
  private Map<String, String> parameters = Map.of();

  /** Its id; null where there is none. */
  @Nullable String id() {
    return id;
  }

  /**
   * What makes environments of it.
   *
   * @throws InvalidValueException if there is none of that id, or a parameter isn't allowed
   */
  Supplier<Environment> maker() {
    EnvironmentRegistry registry =
        new EnvironmentRegistry(Extensions.services(EnvironmentSpec.class));
    Map<String, Object> request = new LinkedHashMap<>();
    parameters.forEach((name, text) -> request.put(name, TextValue.of(text)));
    request.put("spec", String.valueOf(id));
    // whoever is given one resets it with a seed first
    request.put("seed", 0);
    return () -> registry.create(registry.read(request)).environment();
  }

  /**
   * @throws InvalidValueException if there are parameters and no environment
   */
  void requireWhole() {
    if (id == null && !parameters.isEmpty()) {
      throw new InvalidValueException("--env-parameter", parameters, "given with --env");
    }
  }
}
