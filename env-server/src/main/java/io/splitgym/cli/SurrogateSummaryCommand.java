package io.splitgym.cli;

import io.splitgym.measurement.LevelTable;
import io.splitgym.measurement.MeasurementCsv;
import io.splitgym.measurement.MeasurementSummary;
import io.splitgym.measurement.Measurements;
import io.splitgym.measurement.WindowDraws;
import io.splitgym.reward.NoiseKind;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measurements in fewer numbers. */
@Command(
    name = "summary",
    mixinStandardHelpOptions = true,
    description =
        "Summarises measurements over levels as CSV: what the draws of each split and level say,"
            + " and the mean and spread that follow for channel states.")
final class SurrogateSummaryCommand implements Callable<Integer> {
  @Mixin private final OutputOption output = new OutputOption();

  @Mixin
  private final SurrogateCommand.MeasurementsOption source =
      new SurrogateCommand.MeasurementsOption();

  @Option(
      names = "--cells",
      paramLabel = "FILE",
      description = "Write a row for each split and level here.")
  private @Nullable Path cells;

  @Option(
      names = "--states",
      paramLabel = "FILE",
      description = "Write a row for each sigma, m and split here.")
  private @Nullable Path states;

  @Option(
      names = "--sigma",
      paramLabel = "SIGMA",
      split = ",",
      defaultValue = "0.01,0.03,0.1,0.2,0.3",
      description = "Of --states (default: ${DEFAULT-VALUE}).")
  private List<Double> sigmas = List.of();

  @Option(
      names = "--m",
      paramLabel = "M",
      split = ",",
      defaultValue = "0.5,1,3,10",
      description = "Of --states (default: ${DEFAULT-VALUE}).")
  private List<Double> shapes = List.of();

  @Option(
      names = "--windows",
      paramLabel = "W",
      defaultValue = "" + NoiseKind.DEFAULT_WINDOWS,
      description =
          "Of the text whose one-draw deviation --states tells; a step on the LLM has as many unless"
              + " it is told otherwise (default: ${DEFAULT-VALUE}).")
  private int windows;

  @Override
  public Integer call() throws IOException {
    Require.positive("--windows", windows);
    if (cells == null && states == null) {
      throw new InvalidValueException("--cells", "missing", "given, or --states, or both");
    }
    Measurements measurements = source.read().overLevels();
    LevelTable table = new LevelTable(measurements);
    // first of all what may be refused, so that a refusal leaves no file
    @Nullable String ofStates =
        states == null
            ? null
            : MeasurementSummary.states(new WindowDraws(table), sigmas, shapes, windows);
    if (cells != null) {
      WholeFile.write(cells, MeasurementSummary.cells(measurements));
    }
    if (states != null && ofStates != null) {
      WholeFile.write(states, ofStates);
    }
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("dataHash", MeasurementCsv.hash(measurements));
    document.put("measurements", measurements.noisy().size());
    document.put("splits", table.splits());
    document.put("fewestDraws", table.fewestDraws());
    document.put("cells", cells == null ? null : cells.toString());
    document.put("states", states == null ? null : states.toString());
    output.print(
        document,
        measurements.noisy().size()
            + " measurements of "
            + table.splits().size()
            + " splits, at each level at least "
            + (table.fewestDraws() == 1 ? "one draw" : table.fewestDraws() + " draws"));
    return 0;
  }
}
