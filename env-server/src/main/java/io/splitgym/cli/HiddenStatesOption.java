package io.splitgym.cli;

import io.splitgym.cli.configuration.Configurable;
import io.splitgym.cli.configuration.Within;
import io.splitgym.perplexity.HiddenStateBounds;
import io.splitgym.validation.Require;
import picocli.CommandLine.Option;

/** What kept hidden states may take: the mixin of every command that evaluates an LLM. */
@Configurable
public final class HiddenStatesOption {
  private static final int MOST_MEBIBYTES = 1 << 24;

  @Option(
      names = "--hidden-states-memory",
      paramLabel = "MIB",
      defaultValue = "1024",
      description =
          "MiB of memory that the hidden states kept of one LLM's text may take (default:"
              + " ${DEFAULT-VALUE}).")
  @Within(low = 0, high = MOST_MEBIBYTES)
  private int memory = 1024;

  @Option(
      names = "--hidden-states-disk",
      paramLabel = "MIB",
      defaultValue = "4096",
      description =
          "MiB of a temporary file that those may take which don't fit into memory (default:"
              + " ${DEFAULT-VALUE}).")
  @Within(low = 0, high = MOST_MEBIBYTES)
  private int disk = 4096;

  /**
   * What was chosen.
   *
   * @throws io.splitgym.validation.InvalidValueException naming a flag whose value is out of range
   */
  public HiddenStateBounds bounds() {
    return new HiddenStateBounds(
        mebibytes("--hidden-states-memory", memory), mebibytes("--hidden-states-disk", disk));
  }

  private static long mebibytes(String field, int count) {
    Require.inRange(field, count, 0, MOST_MEBIBYTES);
    return (long) count << 20;
  }
}
