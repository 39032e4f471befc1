package io.splitgym.cli;

import io.splitgym.cli.configuration.Configurable;
import io.splitgym.decoder.Precision;
import io.splitgym.decoder.PrecisionTrial;
import java.util.Optional;
import picocli.CommandLine.Option;

/** In what numbers an LLM multiplies: the mixin of every command that runs one. */
@Configurable
public final class PrecisionOption {
  @Option(
      names = "--precision",
      paramLabel = "P",
      defaultValue = Precision.AUTO,
      description =
          "In what an LLM multiplies: f32, bf16, int8, or auto, which takes what this processor is"
              + " fast in, decided once for a data folder and kept there. Part of what determines a"
              + " result (default: ${DEFAULT-VALUE}).")
  private String precision = Precision.AUTO;

  /**
   * Refuses what is none.
   *
   * @return the one that was asked for by name; empty for auto
   */
  Optional<Precision> named() {
    return Precision.ofOrAuto("--precision", precision);
  }

  /**
   * The one to use; tells on the standard error stream what auto has just come to. One caller at a
   * time, so that a server doesn't decide twice at once.
   */
  public synchronized Precision in(DataOption data) {
    return named().orElseGet(() -> decided(data));
  }

  private static Precision decided(DataOption data) {
    AutomaticPrecision found =
        AutomaticPrecision.in(data.folder(), data.measurements(), PrecisionTrial::rates);
    if (found.news()) {
      System.err.println(
          "splitgym: --precision auto is "
              + found.precision().text()
              + " from now on ("
              + found.reason()
              + "), kept in "
              + AutomaticPrecision.file(data.folder()));
    }
    return found.precision();
  }
}
