package io.splitgym.cli;

import io.splitgym.validation.Require;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How much is evaluated at once: the mixin of every command that runs an LLM. */
final class ThreadsOption {
  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Batches of windows evaluated at once (default: the number of processors). No result"
              + " depends on it.")
  private @Nullable Integer threads;

  /** At least 1. */
  int count() {
    return threads == null
        ? Runtime.getRuntime().availableProcessors()
        : Require.positive("--threads", threads);
  }
}
