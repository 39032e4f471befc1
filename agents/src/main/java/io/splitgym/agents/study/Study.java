package io.splitgym.agents.study;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What a study does with its lines. Same lines and options, same data files, byte for byte. */
public interface Study {
  /** The name used on the command line. */
  String name();

  /**
   * Runs what isn't run yet, and writes data, figures and {@code report.html}.
   *
   * @param folder of the study; runs in it are kept
   * @throws io.splitgym.validation.InvalidValueException if the folder holds runs of other settings
   */
  Result write(Path folder, List<Line> lines, StudyOptions options, Progress progress)
      throws IOException;

  /**
   * What a study came to.
   *
   * @param report the page for people
   * @param findings sentences
   * @param data what {@code study.json} holds
   */
  record Result(Path report, List<String> findings, Object data) {
    public Result {
      findings = List.copyOf(findings);
    }
  }
}
