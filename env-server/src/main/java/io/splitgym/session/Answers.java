package io.splitgym.session;

import io.splitgym.environment.ResetResult;
import io.splitgym.environment.StepResult;
import io.splitgym.recording.PlainSpaces;
import io.splitgym.space.SpaceElement;
import java.util.ArrayList;
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
