package io.splitgym.cli;

import io.splitgym.channel.FadingAwgn;
import io.splitgym.fitting.RegressionErrors;
import io.splitgym.fitting.SplitDecisions;
import io.splitgym.measurement.MeasurementStore;
import io.splitgym.measurement.Measurements;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Surrogates: small networks that stand in for the LLM. */
@Command(
    name = "surrogate",
    mixinStandardHelpOptions = true,
    description =
        "Fits surrogates to measurements, holds them against measurements, and sums these up.",
    subcommands = {
      SurrogateFitCommand.class,
      SurrogateEvaluateCommand.class,
      SurrogateCalibrateCommand.class,
      SurrogateSummaryCommand.class
    },
    synopsisSubcommandLabel = "COMMAND")
final class SurrogateCommand {
  /** Which measurements: a CSV file, or what the store has. */
  static final class MeasurementsOption {
    @Mixin private final DataOption data = new DataOption();

    @Option(
        names = "--measurements",
        paramLabel = "FILE",
        description = "A CSV that the command measure wrote (default: the store under --data).")
    private @Nullable Path file;

    @Option(
        names = "--channel",
        paramLabel = "NAME",
        description =
            "From the store: fading-awgn, erasure or one of your own (default: fading-awgn; a file"
                + " has its own).")
    private @Nullable String channel;

    Measurements read() throws IOException {
      if (file != null) {
        Measurements measurements = GivenFile.measurements("--measurements", file);
        if (channel != null && !channel.equals(measurements.channel().name())) {
          throw new InvalidValueException(
              "--channel", channel, "that of " + file + ", " + measurements.channel().name());
        }
        return measurements;
      }
      String name = channel != null ? channel : FadingAwgn.NAME;
      try (MeasurementStore store = MeasurementStore.open(data.measurements())) {
        List<Measurements> found =
            store.settings().stream()
                .flatMap(
                    setting ->
                        store.sweptChannels(setting).stream()
                            .filter(candidate -> candidate.name().equals(name))
                            .map(
                                candidate ->
                                    Measurements.of(setting, candidate, store.all(setting))))
                .toList();
        if (found.size() == 1) {
          return found.get(0);
        }
        throw new CommandFailedException(
            found.isEmpty()
                ? data.measurements() + " has no measurements of " + name + "; see measure --help"
                : data.measurements()
                    + " has several sets of measurements of "
                    + name
                    + "; write the one you mean with measure --csv:\n"
                    + found.stream()
                        .map(MeasurementsOption::describe)
                        .collect(Collectors.joining()));
      }
    }

    private static String describe(Measurements measurements) {
      return "  "
          + measurements.noisy().size()
          + " under "
          + measurements.channel().description()
          + ", "
          + measurements.setting()
          + "\n";
    }
  }

  /** One row of a table of errors. */
  static String row(String name, RegressionErrors errors) {
    return String.format(
        Locale.ROOT,
        "%-20s%10.4f%10.4f%10.5f%10.4f%n",
        name,
        errors.mae(),
        errors.rmse(),
        errors.r2(),
        errors.greatest());
  }

  static String header() {
    return String.format(
        Locale.ROOT, "%-20s%10s%10s%10s%10s%n", "in nats", "MAE", "RMSE", "R2", "greatest");
  }

  static String describe(SplitDecisions objective, SplitDecisions reference) {
    return describe("objective", objective) + describe("reference", reference);
  }

  private static String describe(String reward, SplitDecisions decisions) {
    return String.format(
        Locale.ROOT,
        "Reward %s: best splits over %d states (split: states): %s, %d different ones.%nThe"
            + " surrogate chooses the same at %.1f %%; its choice costs %.4f more on average, %.4f"
            + " at worst.%n",
        reward,
        decisions.states(),
        decisions.counts().entrySet().stream()
            .map(entry -> entry.getKey() + ": " + entry.getValue())
            .collect(Collectors.joining(", ")),
        decisions.distinct(),
        100 * decisions.agreement(),
        decisions.meanRegret(),
        decisions.greatestRegret());
  }
}
