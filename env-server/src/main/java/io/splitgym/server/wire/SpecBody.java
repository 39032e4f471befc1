package io.splitgym.server.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.splitgym.environment.ParameterDescription;
import io.splitgym.registry.EnvironmentSpec;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** A kind of environment, described. */
@JsonPropertyOrder({
  "id",
  "description",
  "observation",
  "action",
  "backends",
  "presets",
  "parameters",
  "options"
})
public record SpecBody(
    String id,
    String description,
    List<EnvironmentSpec.Named> observation,
    String action,
    List<EnvironmentSpec.Named> backends,
    List<PresetBody> presets,
    List<ParameterBody> parameters,
    List<ParameterBody> options) {

  public static SpecBody of(EnvironmentSpec spec) {
    return new SpecBody(
        spec.id(),
        spec.description(),
        spec.observation(),
        spec.action(),
        spec.backends(),
        PresetBody.of(spec.presets()),
        ParameterBody.of(spec.parameters()),
        ParameterBody.of(spec.options()));
  }

  /** All kinds of environment, described. */
  public record Listing(List<SpecBody> specs) {
    public static Listing of(Collection<EnvironmentSpec> specs) {
      return new Listing(specs.stream().map(SpecBody::of).toList());
    }
  }

  /** A parameter, described; a dot in its name leads into an object. */
  @JsonPropertyOrder({"name", "type", "description", "default", "allowed"})
  public record ParameterBody(
      String name,
      String type,
      String description,
      @JsonProperty("default") Object defaultValue,
      String allowed) {

    static List<ParameterBody> of(List<ParameterDescription> descriptions) {
      return descriptions.stream()
          .map(
              d ->
                  new ParameterBody(d.name(), d.type(), d.meaning(), d.defaultValue(), d.allowed()))
          .toList();
    }
  }

  /** A named set of parameter values, described. */
  @JsonPropertyOrder({"name", "description", "parameters"})
  public record PresetBody(String name, String description, Map<String, Object> parameters) {
    static List<PresetBody> of(List<EnvironmentSpec.NamedValues> presets) {
      return presets.stream()
          .map(p -> new PresetBody(p.name(), p.description(), p.values()))
          .toList();
    }
  }
}
