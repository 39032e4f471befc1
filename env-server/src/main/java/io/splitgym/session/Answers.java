package io.splitgym.session;

import io.splitgym.environment.ResetResult;
import io.splitgym.environment.StepResult;
import io.splitgym.environment.VectorColumn;
import io.splitgym.environment.VectorResetResult;
import io.splitgym.environment.VectorStepResult;
import io.splitgym.recording.PlainSpaces;
import io.splitgym.space.SpaceElement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Results as plain values and back. */
final class Answers {
  private Answers() {}

  static List<Object> plain(Object answer) {
    List<Object> plain = new ArrayList<>();
    if (answer instanceof StepResult step) {
      plain.add(PlainSpaces.plain(step.observation()));
      plain.add(step.info());
      plain.add(step.reward());
      plain.add(step.terminated());
      plain.add(step.truncated());
    } else {
      ResetResult reset = (ResetResult) answer;
      plain.add(PlainSpaces.plain(reset.observation()));
      plain.add(reset.info());
    }
    return plain;
  }

  /**
   * A small part of an answer, of whatever kind: who carries a command out again and gets the same
   * part almost surely got the same answer. It is made of observations, rewards and the real
   * numbers of infos; what a step cost may differ where more was measured meanwhile. It takes less
   * than a hundredth of a step's time, a vector's too.
   */
  static int trace(Object answer) {
    if (answer instanceof VectorStepResult step) {
      return 31 * trace(step.observations(), step.infos()) + Arrays.hashCode(step.rewards());
    }
    if (answer instanceof VectorResetResult reset) {
      return trace(reset.observations(), reset.infos());
    }
    if (answer instanceof StepResult step) {
      return 31 * trace(step.observation(), step.info()) + Double.hashCode(step.reward());
    }
    ResetResult reset = (ResetResult) answer;
    return trace(reset.observation(), reset.info());
  }

  private static int trace(SpaceElement observation, Map<String, Object> info) {
    int trace = observation.hashCode();
    for (Object value : info.values()) {
      trace = value instanceof Double real ? 31 * trace + real.hashCode() : trace;
    }
    return trace;
  }

  private static int trace(float[] observations, Map<String, VectorColumn> infos) {
    int trace = Arrays.hashCode(observations);
    for (VectorColumn column : infos.values()) {
      if (column instanceof VectorColumn.Reals reals) {
        trace = 31 * trace + Arrays.hashCode(reals.values());
      } else if (column instanceof VectorColumn.SameReal same) {
        trace = 31 * trace + Double.hashCode(same.value());
      }
    }
    return trace;
  }

  static Object of(@Nullable Object plain) {
    List<?> fields = (List<?>) Objects.requireNonNull(plain);
    Map<String, Object> info = new LinkedHashMap<>();
    ((Map<?, ?>) fields.get(1)).forEach((name, value) -> info.put(String.valueOf(name), value));
    Map<String, Object> fixed = Collections.unmodifiableMap(info);
    SpaceElement observation = PlainSpaces.element(fields.get(0));
    return fields.size() == 2
        ? new ResetResult(observation, fixed)
        : new StepResult(
            observation,
            (Double) fields.get(2),
            (Boolean) fields.get(3),
            (Boolean) fields.get(4),
            fixed);
  }
}
