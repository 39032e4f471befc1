package io.splitgym.measurement;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What the draws of one cell say about its mean.
 *
 * @param draws how many
 * @param mean of ln PPL over the draws, in nats
 * @param standardError of that mean
 */
public record CellStatistics(int draws, double mean, double standardError) {
  /** How far one draw of the whole text lies from the mean; empty unless there are several. */
  OptionalDouble drawDeviation() {
    return draws > 1 ? OptionalDouble.of(standardError * Math.sqrt(draws)) : OptionalDouble.empty();
  }

  /**
   * With several draws the error comes from how each window varies between draws (windows have
   * noise of their own, so their variances add up: many more degrees of freedom than the draws'
   * means have). With a single draw it comes from how much the windows' losses over clean differ
   * from each other, which counts the text's variety as noise and so is too large rather than too
   * small.
   *
   * @param draws at least one, of one cell
   * @param clean the value without a channel, on the same windows
   */
  public static CellStatistics of(List<Measurement> draws, Measurement clean) {
    double mean = 0;
    for (Measurement draw : draws) {
      mean += draw.logPerplexity() / draws.size();
    }
    double variance = draws.size() > 1 ? betweenDraws(draws) : betweenWindows(draws.get(0), clean);
    return new CellStatistics(draws.size(), mean, Math.sqrt(variance));
  }

  private static double betweenDraws(List<Measurement> draws) {
    int count = draws.size();
    double tokens = draws.get(0).losses().scoredTokens();
    double variance = 0;
    for (int window = 0; window < draws.get(0).losses().sums().size(); window++) {
      double mean = 0;
      for (Measurement draw : draws) {
        mean += draw.losses().sums().get(window) / count;
      }
      for (Measurement draw : draws) {
        double deviation = (draw.losses().sums().get(window) - mean) / tokens;
        variance += deviation * deviation / (count - 1) / count;
      }
    }
    return variance;
  }

  private static double betweenWindows(Measurement draw, Measurement clean) {
    int windows = draw.losses().sums().size();
    if (windows == 1) {
      // one window of one draw says nothing about its error; all of its loss is in doubt
      double all = draw.logPerplexity() - clean.logPerplexity();
      return all * all;
    }
    double tokens = draw.losses().scoredTokens();
    double harm = draw.logPerplexity() - clean.logPerplexity();
    double variance = 0;
    for (int window = 0; window < windows; window++) {
      double ofWindow = draw.losses().sums().get(window) - clean.losses().sums().get(window);
      double deviation = (ofWindow - harm * draw.losses().tokens().get(window)) / tokens;
      variance += deviation * deviation * windows / (windows - 1);
    }
    return variance;
  }
}
