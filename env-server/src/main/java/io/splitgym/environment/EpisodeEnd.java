package io.splitgym.environment;

import io.splitgym.validation.InvalidValueException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How an episode that ran out of steps is reported. */
public enum EpisodeEnd {
  /** As a limit of time: {@code truncated}, so that an agent bootstraps from the last state. */
  TRUNCATED,
  /** As the task's own end: {@code terminated}, as in the code of Chen et al. */
  TERMINATED;

  /** The names used in requests. */
  static final List<String> TEXTS = Arrays.stream(values()).map(EpisodeEnd::text).toList();

  static EpisodeEnd ofText(String text) {
    return Arrays.stream(values())
        .filter(end -> end.text().equals(text))
        .findFirst()
        .orElseThrow(
            () -> new InvalidValueException("endsAs", text, "one of " + String.join(", ", TEXTS)));
  }

  /** The name used in requests. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
