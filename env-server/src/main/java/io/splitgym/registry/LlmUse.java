package io.splitgym.registry;

/**
 * How often an LLM was needed since the process started.
 *
 * @param evaluations cells that were evaluated
 * @param hits cells that were asked for and had been evaluated before, by whichever process
 */
public record LlmUse(long evaluations, long hits) {
  /** Not at all. */
  public static final LlmUse NONE = new LlmUse(0, 0);

  /** Both together. */
  public LlmUse plus(LlmUse other) {
    return new LlmUse(evaluations + other.evaluations, hits + other.hits);
  }
}
