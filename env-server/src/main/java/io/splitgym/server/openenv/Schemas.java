package io.splitgym.server.openenv;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.splitgym.registry.CreatedEnvironment;
import io.splitgym.registry.EnvironmentSpec;
import io.splitgym.server.wire.Encoding;
import io.splitgym.server.wire.MalformedBodyException;
import io.splitgym.space.Box;
import io.splitgym.space.Discrete;
import io.splitgym.space.Space;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Actions, observations and states as JSON Schemas, made from what the registry knows. The bounds
 * of observations and actions depend on preset and parameters, which a reset chooses: without any,
 * the schemas hold for every environment of the spec and tell the default one's bounds in words;
 * with some, they are those of that environment.
 */
final class Schemas {
  private static final String TYPE = "type";
  private static final String DESCRIPTION = "description";
  private static final String MINIMUM = "minimum";
  private static final String MAXIMUM = "maximum";
  private static final String OBJECT = "object";
  private static final String INTEGER = "integer";
  private static final String NUMBER = "number";

  private final Resources resources;

  Schemas(Resources resources) {
    this.resources = resources;
  }

  /**
   * All schemas of an environment.
   *
   * @param query creation's fields as texts, such as {@code actions} 9; none for what holds always
   * @throws io.splitgym.validation.InvalidValueException if a value isn't allowed
   * @throws io.splitgym.registry.MalformedRequestException if a field is unknown or of a wrong type
   */
  Bodies all(Map<String, String> query) {
    Map<String, Object> creation = new LinkedHashMap<>();
    query.forEach((name, text) -> creation.put(name, value(text)));
    boolean exact = !creation.isEmpty();
    CreatedEnvironment created = resources.registry().create(resources.request(creation));
    try {
      EnvironmentSpec spec = created.spec();
      Space observations = created.environment().observationSpace();
      return new Bodies(
          action(spec, created.environment().actionSpace(), exact),
          observation(
              spec, observations, exact, described(NUMBER, "What the step earned, finite.")),
          observation(spec, observations, exact, described("null", "A reset earns nothing.")),
          state());
    } finally {
      created.environment().close();
    }
  }

  /** What an action of any environment of the first spec looks like. */
  Map<String, Object> actionOfAny() {
    return all(Map.of()).action();
  }

  /** The schemas of an environment. */
  @JsonPropertyOrder({"action", "observation", "reset_observation", "state"})
  record Bodies(
      Map<String, Object> action,
      Map<String, Object> observation,
      @JsonProperty("reset_observation") Map<String, Object> resetObservation,
      Map<String, Object> state) {}

  /** A query's values are JSON where they can be, such as 9 or [0, 0.3], and else texts. */
  private Object value(String text) {
    try {
      byte[] body = ("{\"value\":" + text + "}").getBytes(StandardCharsets.UTF_8);
      Object value = resources.reader().object(Encoding.JSON, body).get("value");
      return value == null ? text : value;
    } catch (MalformedBodyException e) {
      return text;
    }
  }

  private static Map<String, Object> action(EnvironmentSpec spec, Space space, boolean exact) {
    Map<String, Object> action;
    if (space instanceof Discrete discrete) {
      action = described(INTEGER, spec.action());
      action.put(MINIMUM, 0);
      bound(action, MAXIMUM, discrete.n() - 1, exact);
    } else {
      Box box = (Box) space;
      action = described("array", spec.action());
      action.put("items", Map.of(TYPE, NUMBER));
      action.put("minItems", box.size());
      action.put("maxItems", box.size());
    }
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("action", action);
    properties.put(
        ObservationBody.METADATA, described(OBJECT, "Whatever the client wants; left unread."));
    return object(spec.id() + " action", properties, List.of("action"));
  }

  private static Map<String, Object> observation(
      EnvironmentSpec spec, Space space, boolean exact, Map<String, Object> reward) {
    Map<String, Object> properties = new LinkedHashMap<>();
    if (space instanceof Box box) {
      Map<String, String> meanings = new LinkedHashMap<>();
      spec.observation().forEach(named -> meanings.put(named.name(), named.description()));
      float[] low = box.low();
      float[] high = box.high();
      for (int i = 0; i < box.size(); i++) {
        String name = box.names().get(i);
        Map<String, Object> property = described(NUMBER, meanings.getOrDefault(name, name));
        bound(property, MINIMUM, low[i], exact);
        bound(property, MAXIMUM, high[i], exact);
        properties.put(name, property);
      }
    } else {
      Map<String, Object> property =
          described(
              INTEGER,
              String.join(
                  "; ",
                  spec.observation().stream().map(EnvironmentSpec.Named::description).toList()));
      property.put(MINIMUM, 0);
      bound(property, MAXIMUM, ((Discrete) space).n() - 1, exact);
      properties.put(ObservationBody.VALUE, property);
    }
    properties.put(
        "done", described("boolean", "Terminated or truncated; the metadata tells which."));
    properties.put("reward", reward);
    properties.put(ObservationBody.METADATA, metadata());
    return object(spec.id() + " observation", properties, new ArrayList<>(properties.keySet()));
  }

  private static Map<String, Object> metadata() {
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("terminated", described("boolean", "The task itself ended."));
    properties.put("truncated", described("boolean", "A limit from outside the task ended it."));
    properties.put("info", described(OBJECT, "Gymnasium's info: the same seed, the same info."));
    return object("metadata", properties, new ArrayList<>(properties.keySet()));
  }

  private static Map<String, Object> state() {
    Map<String, Object> id = new LinkedHashMap<>();
    id.put(TYPE, List.of("string", "null"));
    id.put(DESCRIPTION, "What the reset called the episode, or the server.");
    Map<String, Object> steps = described(INTEGER, "Steps taken in the present episode.");
    steps.put(MINIMUM, 0);
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put(ResetFields.EPISODE_ID, id);
    properties.put("step_count", steps);
    properties.put("status", described("string", "created, running, terminated or truncated."));
    properties.put("episodes", described(INTEGER, "Episodes so far, the present one included."));
    properties.put("spec", described("string", "Which environment."));
    properties.put("backend", described("string", "What answers its steps."));
    properties.put("preset", described("string", "Whose values the given parameters replaced."));
    properties.put("parameters", described(OBJECT, "All of them, defaults included."));
    properties.put("observation_space", described(OBJECT, "Its bounds, as Gymnasium has them."));
    properties.put("action_space", described(OBJECT, "Its bounds, as Gymnasium has them."));
    return object("state", properties, List.of(ResetFields.EPISODE_ID, "step_count"));
  }

  /** JSON has no infinity: where there is no bound, the schema has none. */
  private static void bound(
      Map<String, Object> schema, String keyword, Number value, boolean exact) {
    if (Double.isInfinite(value.doubleValue())) {
      return;
    }
    if (exact) {
      schema.put(keyword, value);
    } else {
      schema.merge(
          DESCRIPTION,
          " By default " + keyword + " " + value + ".",
          (words, more) -> words.toString().endsWith(".") ? words + "" + more : words + "." + more);
    }
  }

  private static Map<String, Object> described(String type, @Nullable String description) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put(TYPE, type);
    if (description != null) {
      schema.put(DESCRIPTION, description);
    }
    return schema;
  }

  private static Map<String, Object> object(
      String title, Map<String, Object> properties, List<String> required) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("title", title);
    schema.put(TYPE, OBJECT);
    schema.put("properties", properties);
    schema.put("required", required);
    schema.put("additionalProperties", false);
    return schema;
  }
}
