package io.splitgym.session;

import io.splitgym.environment.StepResult;
import io.splitgym.environment.VectorStepResult;
import io.splitgym.validation.InvalidValueException;

/**
 * How far a session has come.
 *
 * @param episodes started so far, the present one included
 * @param steps taken in the present episode
 */
public record Progress(Status status, long episodes, long steps) {
  /** Before the first reset. */
  static final Progress NONE = new Progress(Status.CREATED, 0, 0);

  /** Where the present episode stands. */
  public enum Status {
    /** No reset yet. */
    CREATED,
    /** A step may be taken. */
    RUNNING,
    /** The task ended. */
    TERMINATED,
    /** A limit from outside the task ended the episode. */
    TRUNCATED
  }

  public Progress {
    if (episodes < 0 || steps < 0) {
      throw new InvalidValueException(
          "progress", episodes + " episodes, " + steps + " steps", "at least 0 of each");
    }
  }

  /** After an answer to a reset or to a step. */
  Progress after(Object answer) {
    if (answer instanceof VectorStepResult) {
      // its environments are at different places
      return new Progress(Status.RUNNING, episodes, steps + 1);
    }
    return answer instanceof StepResult step
        ? afterStep(step.terminated(), step.truncated())
        : afterReset();
  }

  /** Whether a reset was the latest call. */
  boolean startsAnEpisode() {
    return status == Status.RUNNING && steps == 0;
  }

  Progress afterReset() {
    return new Progress(Status.RUNNING, episodes + 1, 0);
  }

  private Progress afterStep(boolean terminated, boolean truncated) {
    Status next = terminated ? Status.TERMINATED : truncated ? Status.TRUNCATED : Status.RUNNING;
    return new Progress(next, episodes, steps + 1);
  }
}
