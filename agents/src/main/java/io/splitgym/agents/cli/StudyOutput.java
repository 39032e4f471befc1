package io.splitgym.agents.cli;

import io.splitgym.agents.study.Study;
import io.splitgym.cli.OutputOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** What every study prints when it is over. */
final class StudyOutput {
  private StudyOutput() {}

  /** The report's path and what study.json holds; for people the findings and the path. */
  static void print(OutputOption output, Study.Result result) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("report", result.report().toString());
    document.put("result", result.data());
    output.print(
        document,
        String.join(System.lineSeparator(), result.findings())
            + System.lineSeparator()
            + result.report());
  }
}
