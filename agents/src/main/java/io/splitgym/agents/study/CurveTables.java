package io.splitgym.agents.study;

import io.splitgym.agents.evaluation.Bootstrap;
import io.splitgym.agents.evaluation.Interval;
import io.splitgym.agents.optimal.StartReturns;
import io.splitgym.cli.WholeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A study of learning curves as CSV: {@code curves.csv} with every line's interquartile means and
 * intervals while learning, {@code scores.csv} with what came out at the end, {@code runs.csv} with
 * each run as it went.
 *
 * @param outcomes a line of a case each
 * @param across by label, the lines that can be taken together over all cases: they have rows of
 *     the panel {@value #OVER_ALL}, with scores only, since returns of different cases don't add up
 */
record CurveTables(List<Outcome> outcomes, Map<String, List<Outcome>> across, Bootstrap bootstrap) {
  /** What stands for all cases together. */
  static final String OVER_ALL = "all";

  void write(Path folder) throws IOException {
    WholeFile.write(folder.resolve("curves.csv"), curves());
    WholeFile.write(folder.resolve("scores.csv"), scores());
    WholeFile.write(folder.resolve("runs.csv"), runs());
  }

  private String curves() {
    StringBuilder csv =
        new StringBuilder(
            "panel,line,steps,scoreIqm,scoreLow,scoreHigh,returnIqm,returnLow,returnHigh\n");
    for (Outcome outcome : outcomes) {
      for (int i = 0; i < outcome.evaluations(); i++) {
        begin(csv, outcome.line().panel(), outcome.line().label(), outcome.steps()[i]);
        Format.append(csv, outcome.middleScore(i, bootstrap));
        Format.append(csv, outcome.middleReturn(i, bootstrap));
        csv.append('\n');
      }
    }
    across.forEach(
        (label, same) -> {
          for (int i = 0; i < same.get(0).evaluations(); i++) {
            begin(csv, OVER_ALL, label, same.get(0).steps()[i]);
            Format.append(csv, Outcome.middleScore(same, i, bootstrap));
            csv.append(",,,\n");
          }
        });
    return csv.toString();
  }

  private String scores() {
    StringBuilder csv =
        new StringBuilder(
            "panel,line,steps,scoreIqm,scoreLow,scoreHigh,meanScore,meanScoreLow,meanScoreHigh,"
                + "returnIqm,returnLow,returnHigh,regretIqm,regretLow,regretHigh,"
                + "optimal,alwaysStay,random\n");
    for (Outcome outcome : outcomes) {
      int last = outcome.evaluations() - 1;
      Interval returns = outcome.middleReturn(last, bootstrap);
      StartReturns exact = outcome.exact();
      begin(csv, outcome.line().panel(), outcome.line().label(), outcome.steps()[last]);
      Format.append(csv, outcome.middleScore(last, bootstrap));
      Format.append(csv, outcome.meanScore(last, bootstrap));
      Format.append(csv, returns);
      Format.append(csv, returns.below(exact.optimal()));
      Format.append(csv, exact.optimal(), exact.alwaysStay(), exact.random());
      csv.append('\n');
    }
    across.forEach(
        (label, same) -> {
          int last = same.get(0).evaluations() - 1;
          begin(csv, OVER_ALL, label, same.get(0).steps()[last]);
          Format.append(csv, Outcome.middleScore(same, last, bootstrap));
          Format.append(csv, Outcome.meanScore(same, last, bootstrap));
          csv.append(",,,,,,,,,\n");
        });
    return csv.toString();
  }

  private String runs() {
    StringBuilder csv = new StringBuilder("panel,line,run,steps,return,score\n");
    for (Outcome outcome : outcomes) {
      for (int i = 0; i < outcome.evaluations(); i++) {
        double[] returns = outcome.returns().get(i);
        double[] scores = outcome.scores(i);
        for (int run = 0; run < outcome.runs(); run++) {
          csv.append(outcome.line().panel()).append(',').append(outcome.line().label());
          csv.append(',').append(run + 1).append(',').append(outcome.steps()[i]);
          Format.append(csv, returns[run], scores[run]);
          csv.append('\n');
        }
      }
    }
    return csv.toString();
  }

  private static void begin(StringBuilder csv, String panel, String label, long steps) {
    csv.append(panel).append(',').append(label).append(',').append(steps);
  }
}
