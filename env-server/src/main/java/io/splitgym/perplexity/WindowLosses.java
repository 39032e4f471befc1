package io.splitgym.perplexity;

import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The negative log-likelihood of each window.
 *
 * @param sums of each window's scored tokens, in nats
 * @param tokens how many tokens each window scored
 * @param bitsPerToken how many bits a token took on its way, on average over all tokens that were
 *     sent; empty where there was no channel, or where it isn't known
 */
public record WindowLosses(List<Double> sums, List<Integer> tokens, OptionalDouble bitsPerToken) {
  public WindowLosses {
    sums = List.copyOf(sums);
    tokens = List.copyOf(tokens);
    if (sums.size() != tokens.size() || sums.isEmpty()) {
      throw new InvalidValueException(
          "sums and tokens", sums.size() + " and " + tokens.size(), "as many of each, at least 1");
    }
    if (bitsPerToken.isPresent()) {
      Require.notNegative("bitsPerToken", bitsPerToken.getAsDouble());
    }
  }

  /** Of which isn't known how many bits they took. */
  public WindowLosses(List<Double> sums, List<Integer> tokens) {
    this(sums, tokens, OptionalDouble.empty());
  }

  /** Scored tokens of all windows. */
  public int scoredTokens() {
    return tokens.stream().mapToInt(Integer::intValue).sum();
  }

  /** The token-weighted mean, in nats: ln PPL. */
  public double mean() {
    // in order, so that the same windows always give the same bits
    double sum = 0;
    for (double windowSum : sums) {
      sum += windowSum;
    }
    return sum / scoredTokens();
  }
}
