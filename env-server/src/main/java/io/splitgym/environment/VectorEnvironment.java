package io.splitgym.environment;

import io.splitgym.space.Box;
import io.splitgym.space.Discrete;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Many environments that are stepped together, with the semantics of Gymnasium's {@code
 * SyncVectorEnv}: each goes through the same states, bit for bit, as if it were alone. A call that
 * fails leaves all of them as they were. Not safe for use by several threads at once.
 */
public interface VectorEnvironment extends AutoCloseable {
  /** How many there are, n. */
  int count();

  AutoresetMode autoreset();

  /** What one environment's observation is in. */
  Box singleObservationSpace();

  /** What one environment's action is in. */
  Discrete singleActionSpace();

  /**
   * Starts episodes.
   *
   * @param mask [n]: which environments are reset; null for all. Those that never were have to be
   * @param options what fixes the start, by name, for each of those
   * @throws io.splitgym.validation.InvalidValueException if the seeds aren't as many as the
   *     environments, the mask isn't as long or empty, or an option isn't allowed
   */
  VectorResetResult reset(
      VectorSeeds seeds, boolean @Nullable [] mask, Map<String, Object> options);

  /**
   * Takes one action in each environment; what becomes of those whose episode is over is for {@link
   * #autoreset} to say.
   *
   * @param actions [n]
   * @throws io.splitgym.validation.InvalidValueException if they aren't as many as the
   *     environments, or one isn't in the action space
   * @throws EpisodeNotRunningException before the first reset, and where an episode is over and
   *     nothing resets it
   */
  VectorStepResult step(int[] actions);

  /** All that changes in it, as bytes that only {@link #restore} reads. */
  byte[] save();

  /**
   * Goes on from a saved state of a vector with the same spec, backend, parameters and size. The
   * bytes may come from anywhere: a state that this one could not be in is refused, and leaves it
   * as it was.
   *
   * @throws io.splitgym.validation.InvalidValueException naming {@code state}, or what in it isn't
   *     allowed
   */
  void restore(byte[] saved);

  /** Frees what it holds; further calls do nothing. */
  @Override
  void close();
}
