package io.splitgym.server.wire;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.splitgym.environment.StepResult;
import java.util.Map;

/** What a step led to. */
@JsonPropertyOrder({"observation", "reward", "terminated", "truncated", "info"})
public record StepBody(
    Object observation,
    double reward,
    boolean terminated,
    boolean truncated,
    Map<String, Object> info) {
  public static StepBody of(StepResult result) {
    return new StepBody(
        Elements.json(result.observation()),
        result.reward(),
        result.terminated(),
        result.truncated(),
        result.info());
  }
}
