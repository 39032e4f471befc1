package io.splitgym.recording;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An episode from its reset to its end, n steps later.
 *
 * @param index which environment of a vector it is of; 0 for a single one
 * @param seed that its reset was given; null where randomness went on
 * @param options that its reset was given
 * @param observations [n + 1], each a {@code float[]} or an {@code Integer}; the first one is the
 *     reset's
 * @param actions [n], each a {@code float[]} or an {@code Integer}
 * @param rewards [n]
 * @param terminated whether the task ended it
 * @param truncated whether a limit from outside the task ended it
 * @param infos [n + 1] each, by name; the first one is the reset's, null stands where there was
 *     none. What was an object has a name with a dot for each member
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record Episode(
    int index,
    @Nullable Long seed,
    Map<String, Object> options,
    List<Object> observations,
    List<Object> actions,
    double[] rewards,
    boolean terminated,
    boolean truncated,
    Map<String, List<@Nullable Object>> infos) {

  /** The sum of its rewards, from the first on. */
  public double totalReward() {
    double sum = 0;
    for (double reward : rewards) {
      sum += reward;
    }
    return sum;
  }
}
