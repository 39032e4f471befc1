package io.splitgym.environment;

import io.splitgym.space.SpaceElement;
import java.util.Map;

/**
 * What a step led to.
 *
 * @param reward finite
 * @param terminated whether the task itself ended
 * @param truncated whether a limit from outside the task, such as of time, ended the episode
 * @param info ordered and deterministic: the same seed and actions give the same info
 */
public record StepResult(
    SpaceElement observation,
    double reward,
    boolean terminated,
    boolean truncated,
    Map<String, Object> info) {

  /** Whether the episode is over, one way or the other. */
  public boolean done() {
    return terminated || truncated;
  }
}
