package io.splitgym.agents.study;

import io.splitgym.agents.evaluation.Bootstrap;
import io.splitgym.agents.evaluation.Comparison;
import io.splitgym.agents.evaluation.Episodes;
import io.splitgym.agents.evaluation.InterquartileMean;
import io.splitgym.agents.evaluation.Interval;
import io.splitgym.agents.optimal.Optimum;
import io.splitgym.agents.optimal.StartReturns;
import io.splitgym.environment.SplitInferenceEnvironment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What came of a line's runs.
 *
 * @param exact the means over the test episodes of what is best, and without skill: what scores are
 *     counted between
 * @param steps after which the policies were evaluated
 * @param returns for each evaluation the runs' mean returns, in the order of the seeds
 */
record Outcome(Line line, StartReturns exact, long[] steps, List<double[]> returns) {
  static Outcome of(Line line, List<Table> runs, Episodes episodes) {
    long[] steps =
        Arrays.stream(runs.get(0).column(LearningCurve.STEPS))
            .mapToLong(value -> (long) value)
            .toArray();
    List<double[]> columns = runs.stream().map(run -> run.column(LearningCurve.RETURN)).toList();
    List<double[]> returns = new ArrayList<>();
    for (int i = 0; i < steps.length; i++) {
      int evaluation = i;
      returns.add(columns.stream().mapToDouble(column -> column[evaluation]).toArray());
    }
    return new Outcome(line, exact(line, episodes), steps, List.copyOf(returns));
  }

  private static StartReturns exact(Line line, Episodes episodes) {
    try (SplitInferenceEnvironment environment = line.environment()) {
      return StartReturns.mean(
          episodes.anchors(environment, Optimum.of(line.model(), line.parameters())));
    }
  }

  int evaluations() {
    return steps.length;
  }

  int runs() {
    return returns.get(0).length;
  }

  /** The runs' scores, 0 for random and 1 for optimal. */
  double[] scores(int evaluation) {
    return Arrays.stream(returns.get(evaluation)).map(exact::score).toArray();
  }

  /** The interquartile mean of the runs' returns. */
  Interval middleReturn(int evaluation, Bootstrap bootstrap) {
    return bootstrap.stratified(List.of(returns.get(evaluation)), InterquartileMean::of);
  }

  /** The interquartile mean of the runs' scores. */
  Interval middleScore(int evaluation, Bootstrap bootstrap) {
    return middleScore(List.of(this), evaluation, bootstrap);
  }

  /** The mean of the runs' scores. */
  Interval meanScore(int evaluation, Bootstrap bootstrap) {
    return meanScore(List.of(this), evaluation, bootstrap);
  }

  /** The interquartile mean over the runs of several lines, each a stratum. */
  static Interval middleScore(List<Outcome> outcomes, int evaluation, Bootstrap bootstrap) {
    return bootstrap.stratified(scores(outcomes, evaluation), InterquartileMean::of);
  }

  /** The mean over the runs of several lines, each a stratum. */
  static Interval meanScore(List<Outcome> outcomes, int evaluation, Bootstrap bootstrap) {
    return bootstrap.stratified(scores(outcomes, evaluation), Comparison::mean);
  }

  private static List<double[]> scores(List<Outcome> outcomes, int evaluation) {
    return outcomes.stream().map(outcome -> outcome.scores(evaluation)).toList();
  }
}
