package io.splitgym.cli;

import io.splitgym.validation.Require;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How much is done at once: the mixin of every command that shares its work among threads. */
public final class ThreadsOption {
  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "How much is computed at once (default: the number of processors). No result depends on"
              + " it.")
  private @Nullable Integer threads;

  /**
   * How many threads.
   *
   * @return at least 1
   * @throws io.splitgym.validation.InvalidValueException if fewer were asked for
   */
  public int count() {
    return threads == null
        ? Runtime.getRuntime().availableProcessors()
        : Require.positive("--threads", threads);
  }
}
