package io.splitgym.environment;

import java.util.Locale;

/** How an episode that ran out of steps is reported. */
public enum EpisodeEnd {
  /** As a limit of time: {@code truncated}, so that an agent bootstraps from the last state. */
  TRUNCATED,
  /** As the task's own end: {@code terminated}, as in the code of Chen et al. */
  TERMINATED;

  /** The name used in requests. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
