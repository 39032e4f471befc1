package io.splitgym.server.wire;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.splitgym.environment.ResetResult;
import java.util.Map;

/** The start of an episode. */
@JsonPropertyOrder({"observation", "info"})
public record ResetBody(Object observation, Map<String, Object> info) {
  public static ResetBody of(ResetResult result) {
    return new ResetBody(Elements.json(result.observation()), result.info());
  }
}
