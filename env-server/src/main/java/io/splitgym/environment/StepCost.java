package io.splitgym.environment;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a reset or a step asked of an LLM. It follows from seed and actions alone: a cell (state,
 * split and noise seed) counts as a cache hit if the same episode asked for it before. Whether the
 * measurement store on disk knew it from elsewhere isn't told, as that depends on what was run
 * before; so does the time that a step took.
 *
 * @param llmEvaluations cells that the episode asked for the first time
 * @param cacheHits cells that it had asked for before
 * @param tokens how many tokens of text the evaluations score
 */
record StepCost(long llmEvaluations, long cacheHits, long tokens) {
  /** No LLM was asked. */
  static final StepCost NONE = new StepCost(0, 0, 0);

  /** As info has it. */
  Map<String, Object> byName() {
    Map<String, Object> named = new LinkedHashMap<>();
    named.put("llmEvaluations", llmEvaluations);
    named.put("cacheHits", cacheHits);
    named.put("tokens", tokens);
    return Collections.unmodifiableMap(named);
  }
}
