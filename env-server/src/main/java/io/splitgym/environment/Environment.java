package io.splitgym.environment;

import io.splitgym.space.Space;
import io.splitgym.space.SpaceElement;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One environment, with the semantics of Gymnasium's {@code Env}. Not safe for use by several
 * threads at once.
 *
 * <p>A reset or step that takes long ends with a {@link java.util.concurrent.CancellationException}
 * when its thread is interrupted; the environment is then as it was before.
 */
public interface Environment extends AutoCloseable {
  Space observationSpace();

  Space actionSpace();

  /**
   * Starts an episode.
   *
   * @param seed restarts the environment's randomness; null goes on from where it stands
   * @param options what fixes the start, by name; an environment says which it knows
   * @throws io.splitgym.validation.InvalidValueException if an option is unknown or out of range
   */
  ResetResult reset(@Nullable Long seed, Map<String, Object> options);

  /**
   * Takes one action.
   *
   * @throws io.splitgym.validation.InvalidValueException if the action isn't in the action space
   * @throws EpisodeNotRunningException before the first reset and after an episode's end
   */
  StepResult step(SpaceElement action);

  /** Frees what the environment holds; further calls do nothing. */
  @Override
  void close();
}
