package io.splitgym.cli;

import io.splitgym.fitting.SurrogateCheck;
import io.splitgym.fitting.SurrogateFigures;
import io.splitgym.measurement.LevelTable;
import io.splitgym.measurement.Measurements;
import io.splitgym.surrogate.ShippedSurrogates;
import io.splitgym.surrogate.SurrogateFile;
import io.splitgym.surrogate.SurrogateModel;
import io.splitgym.validation.Require;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Holds a surrogate against measurements. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description =
        "Compares a surrogate with quadrature over measurements, at states drawn uniformly from its"
            + " domain and at every split.")
final class SurrogateEvaluateCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;
  @Mixin private final OutputOption output = new OutputOption();

  @Mixin
  private final SurrogateCommand.MeasurementsOption source =
      new SurrogateCommand.MeasurementsOption();

  @Option(
      names = "--surrogate",
      paramLabel = "FILE",
      description = "A surrogate's file (default: the shipped one of the measurements' channel).")
  private @Nullable Path file;

  @Option(
      names = "--states",
      paramLabel = "N",
      defaultValue = "200",
      description = "States to draw (default: ${DEFAULT-VALUE}).")
  private int states;

  @Option(
      names = "--seed",
      paramLabel = "K",
      defaultValue = "1",
      description = "Of the states (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--figures",
      paramLabel = "DIR",
      description = "Write the figures here, as SVG and PNG.")
  private @Nullable Path figures;

  @Override
  public Integer call() throws IOException {
    if (spec == null) {
      throw new IllegalStateException("picocli sets the specification");
    }
    Require.positive("--states", states);
    Measurements measurements = source.read();
    SurrogateModel surrogate =
        file != null
            ? SurrogateFile.read(Files.readAllBytes(file))
            : ShippedSurrogates.load(measurements.channel().name());
    SurrogateCheck check = SurrogateCheck.of(surrogate, measurements, states, seed);
    List<Path> drawn =
        figures == null
            ? List.of()
            : SurrogateFigures.write(figures, new LevelTable(measurements), surrogate);
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("provenance", surrogate.provenance());
    document.put("check", check);
    document.put("figures", drawn.stream().map(Path::toString).toList());
    output.print(spec.commandLine().getOut(), document, text(check));
    return 0;
  }

  private static String text(SurrogateCheck check) {
    return SurrogateCommand.header()
        + SurrogateCommand.row("network", check.errors())
        + String.format(
            Locale.ROOT,
            "%nAt %d cells. Standard error of the measurements: %.4f on average. %s%n",
            check.cells(),
            check.meanStandardError(),
            check.sameMeasurements()
                ? "The surrogate was fitted to these measurements."
                : "The surrogate was fitted to other measurements.")
        + SurrogateCommand.describe(check.decisions());
  }
}
