package io.splitgym.perplexity;

import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

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

  /**
   * The windows that are like each other, by their number from 0, ascending: those that scored as
   * many tokens as most did, or more of them if two numbers are as frequent. Left out are what the
   * text's end leaves over, whose mean over few tokens varies more, and, where windows overlap, the
   * first, which alone scores what the others only see as context.
   */
  public List<Integer> wholeWindows() {
    Comparator<Map.Entry<Integer, Long>> byCount = Map.Entry.comparingByValue();
    int whole =
        tokens.stream()
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()))
            .entrySet()
            .stream()
            .max(byCount.thenComparing(Map.Entry.comparingByKey()))
            .orElseThrow()
            .getKey();
    return IntStream.range(0, tokens.size())
        .filter(window -> tokens.get(window) == whole)
        .boxed()
        .toList();
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
