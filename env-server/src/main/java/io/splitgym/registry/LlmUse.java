package io.splitgym.registry;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was made of LLMs since the process started.
 *
 * @param evaluations cells that were evaluated
 * @param hits cells that were asked for and had been evaluated before, by whichever process
 * @param models those that are in memory or on their way there, by name
 */
public record LlmUse(long evaluations, long hits, SortedMap<String, Presence> models) {
  /** Nothing at all. */
  public static final LlmUse NONE = new LlmUse(0, 0, new TreeMap<>());

  /** Where a model stands. */
  public enum Presence {
    /** Its weights are being read. */
    LOADING,
    /** It answers. */
    LOADED
  }

  public LlmUse {
    models = Collections.unmodifiableSortedMap(new TreeMap<>(models));
  }

  /** Both together. */
  public LlmUse plus(LlmUse other) {
    SortedMap<String, Presence> both = new TreeMap<>(models);
    both.putAll(other.models);
    return new LlmUse(evaluations + other.evaluations, hits + other.hits, both);
  }
}
