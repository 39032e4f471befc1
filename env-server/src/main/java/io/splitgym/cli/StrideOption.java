package io.splitgym.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How windows follow each other: the mixin of every command that lets its user say so. */
final class StrideOption {
  @Option(
      names = "--stride",
      paramLabel = "N",
      description = "Tokens from one window's start to the next (default: the window).")
  private @Nullable Integer stride;

  /** For windows of that many tokens. */
  int of(int window) {
    return stride != null ? stride : window;
  }
}
