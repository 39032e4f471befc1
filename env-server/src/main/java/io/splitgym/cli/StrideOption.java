package io.splitgym.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How windows follow each other: the mixin of every command that lets its user say so. */
final class StrideOption {
  @Option(
      names = "--stride",
      paramLabel = "N",
      description =
          "Tokens of the text from one window's start to the next (default: all that a window holds).")
  private @Nullable Integer stride;

  /**
   * @param room how many tokens of the text a window holds
   */
  int of(int room) {
    return stride != null ? stride : room;
  }
}
