package io.splitgym.agents.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a study goes: the mixin of every study. */
final class StudyFolderOption {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "The study's folder (default: studies/STUDY, by the study's name).")
  private @Nullable Path folder;

  /**
   * The chosen folder, or the usual one.
   *
   * @param study its name
   */
  Path of(String study) {
    return folder != null ? folder : Path.of("studies", study);
  }
}
