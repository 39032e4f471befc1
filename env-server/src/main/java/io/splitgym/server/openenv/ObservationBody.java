package io.splitgym.server.openenv;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.splitgym.environment.ResetResult;
import io.splitgym.environment.StepResult;
import io.splitgym.space.Box;
import io.splitgym.space.BoxElement;
import io.splitgym.space.DiscreteElement;
import io.splitgym.space.Space;
import io.splitgym.space.SpaceElement;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a reset or a step led to. As in OpenEnv, the metadata is there twice: beside the
 * observation, and in it for clients with types of their own.
 *
 * @param reward null after a reset
 * @param done terminated or truncated; the metadata tells which
 * @param metadata {@code terminated}, {@code truncated} and {@code info}
 */
@JsonPropertyOrder({"observation", "reward", "done", "metadata"})
record ObservationBody(
    Map<String, Object> observation,
    @Nullable Double reward,
    boolean done,
    Map<String, Object> metadata) {
  static final String METADATA = "metadata";

  /** What an observation of a space without names is called. */
  static final String VALUE = "value";

  static ObservationBody of(ResetResult result, Space space) {
    Map<String, Object> metadata = metadata(false, false, result.info());
    return new ObservationBody(
        observation(result.observation(), space, metadata), null, false, metadata);
  }

  static ObservationBody of(StepResult result, Space space) {
    Map<String, Object> metadata = metadata(result.terminated(), result.truncated(), result.info());
    return new ObservationBody(
        observation(result.observation(), space, metadata),
        result.reward(),
        result.done(),
        metadata);
  }

  private static Map<String, Object> metadata(
      boolean terminated, boolean truncated, Map<String, Object> info) {
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("terminated", terminated);
    metadata.put("truncated", truncated);
    metadata.put("info", info);
    return metadata;
  }

  private static Map<String, Object> observation(
      SpaceElement element, Space space, Map<String, Object> metadata) {
    Map<String, Object> observation = new LinkedHashMap<>();
    if (element instanceof BoxElement values && space instanceof Box box) {
      for (int i = 0; i < box.size(); i++) {
        observation.put(box.names().get(i), values.at(i));
      }
    } else {
      observation.put(VALUE, ((DiscreteElement) element).index());
    }
    observation.put(METADATA, metadata);
    return observation;
  }
}
