package io.splitgym.reward;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A reward and what it is the sum of.
 *
 * @param total finite: each term is limited to [-{@value #BOUND}, {@value #BOUND}], which a float32
 *     still holds, so that no perplexity, however large, makes a reward that isn't a number
 * @param terms the summands by name, in order
 */
public record RewardTerms(double total, Map<String, Double> terms) {
  /** The greatest absolute value of a term. */
  public static final double BOUND = 1e30;

  /** The name of the term for the layers on the user equipment. */
  public static final String LOAD = "load";

  public RewardTerms {
    terms = Collections.unmodifiableMap(new LinkedHashMap<>(terms));
  }

  /**
   * @param names of the terms
   * @param values as many; each is limited, none is NaN
   */
  static RewardTerms of(List<String> names, double... values) {
    Map<String, Double> terms = new LinkedHashMap<>();
    double total = 0;
    for (int i = 0; i < values.length; i++) {
      double term = bounded(values[i]);
      terms.put(names.get(i), term);
      total += term;
    }
    return new RewardTerms(total, terms);
  }

  static double bounded(double term) {
    // adding 0 turns -0 into 0, which reads better
    return Math.max(-BOUND, Math.min(BOUND, term)) + 0.0;
  }
}
