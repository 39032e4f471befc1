package io.splitgym.agents.study;

import io.splitgym.agents.evaluation.Bootstrap;
import io.splitgym.agents.evaluation.Comparison;
import io.splitgym.agents.evaluation.InterquartileMean;
import io.splitgym.agents.evaluation.Interval;
import io.splitgym.agents.optimal.StartReturns;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An agent's runs in one environment of the leaderboard.
 *
 * @param entries of one agent and environment, at least one
 * @param exact the means over the test episodes of what is best, and without skill: what scores are
 *     counted between
 */
record Standing(List<LeaderboardEntry> entries, StartReturns exact) {
  Standing {
    entries = List.copyOf(entries);
  }

  /** The runs' mean returns. */
  double[] returns() {
    return entries.stream().mapToDouble(LeaderboardEntry::meanReturn).toArray();
  }

  /** The runs' scores, 0 for random and 1 for optimal. */
  double[] scores() {
    return entries.stream().mapToDouble(entry -> exact.score(entry.meanReturn())).toArray();
  }

  Interval middleScore(Bootstrap bootstrap) {
    return bootstrap.stratified(List.of(scores()), InterquartileMean::of);
  }

  Interval meanScore(Bootstrap bootstrap) {
    return bootstrap.stratified(List.of(scores()), Comparison::mean);
  }

  Interval middleReturn(Bootstrap bootstrap) {
    return bootstrap.stratified(List.of(returns()), InterquartileMean::of);
  }

  /**
   * The interquartile mean over several environments' runs, each a stratum, as many in each. One
   * whose scores aren't defined is left out; if that is all of them, the mean isn't defined.
   */
  static Interval overall(List<Standing> standings, Bootstrap bootstrap) {
    List<double[]> scores =
        standings.stream().map(Standing::scores).filter(some -> !Double.isNaN(some[0])).toList();
    return scores.isEmpty()
        ? new Interval(Double.NaN, Double.NaN, Double.NaN)
        : bootstrap.stratified(scores, InterquartileMean::of);
  }

  /** The fewest and most steps of training. */
  static LongSummaryStatistics steps(List<Standing> standings) {
    return standings.stream()
        .flatMap(standing -> standing.entries.stream())
        .mapToLong(LeaderboardEntry::steps)
        .summaryStatistics();
  }

  /** The fewest and most evaluations of an LLM; empty unless all are known. */
  static Optional<LongSummaryStatistics> llmEvaluations(List<Standing> standings) {
    List<OptionalLong> all =
        standings.stream()
            .flatMap(standing -> standing.entries.stream())
            .map(LeaderboardEntry::llmEvaluations)
            .toList();
    return all.stream().allMatch(OptionalLong::isPresent)
        ? Optional.of(all.stream().mapToLong(OptionalLong::getAsLong).summaryStatistics())
        : Optional.empty();
  }
}
