package io.splitgym.cli;

import io.splitgym.fitting.DrawCalibration;
import io.splitgym.measurement.Measurements;
import io.splitgym.reward.NoiseKind;
import io.splitgym.surrogate.ShippedSurrogates;
import io.splitgym.surrogate.SurrogateModel;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Holds sampled answers against steps of the LLM. */
@Command(
    name = "calibrate",
    mixinStandardHelpOptions = true,
    description = {
      "Compares a surrogate's sampled answers with steps of the LLM: how often a step lies in a"
          + " central interval of them, and where among them.",
      "",
      "The steps are direct draws, as measure --sigma and --m takes them. For an honest comparison"
          + " they aren't what the surrogate was fitted to."
    })
final class SurrogateCalibrateCommand implements Callable<Integer> {
  @Mixin private final OutputOption output = new OutputOption();
  @Mixin private final FiguresOption figures = new FiguresOption();

  @Mixin
  private final SurrogateCommand.MeasurementsOption source =
      new SurrogateCommand.MeasurementsOption();

  @Option(
      names = "--surrogate",
      paramLabel = "FILE",
      description = "A surrogate's file (default: the shipped one of the measurements' channel).")
  private @Nullable Path file;

  @Option(
      names = "--splits",
      paramLabel = "1,2,5-8",
      description = "Steps at these splits only (default: all).")
  private @Nullable String splits;

  @Option(
      names = "--windows",
      paramLabel = "W",
      defaultValue = "" + NoiseKind.DEFAULT_WINDOWS,
      description =
          "Of a step; a measured text is cut into as many steps as its whole windows make, and what"
              + " is left over is left out (default: ${DEFAULT-VALUE}).")
  private int windows;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "2000",
      description = "Answers drawn at each step's state and split (default: ${DEFAULT-VALUE}).")
  private int samples;

  @Option(
      names = "--seed",
      paramLabel = "K",
      defaultValue = "1",
      description = "Of these answers (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Override
  public Integer call() throws IOException {
    NoiseKind.requireWindows("--windows", windows);
    Measurements all = source.read();
    Measurements measurements = splits == null ? all : ofSplits(all, splits);
    SurrogateModel surrogate =
        file != null
            ? GivenFile.surrogate("--surrogate", file)
            : ShippedSurrogates.load(measurements.channel().name());
    DrawCalibration calibration =
        DrawCalibration.of(surrogate, measurements, windows, samples, seed);
    List<String> drawn = figures.draw(surrogate, calibration);
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("calibration", calibration);
    document.put("figures", drawn);
    output.print(document, text(calibration));
    return 0;
  }

  private static Measurements ofSplits(Measurements all, String splits) {
    Measurements some =
        all.ofSplits(IntegerRanges.parse("--splits", splits, 1, all.setting().layers() - 1));
    if (some.overStates().noisy().isEmpty()) {
      throw new InvalidValueException(
          "--splits",
          splits,
          "some that have direct draws: "
              + all.overStates().noisy().stream()
                  .map(step -> step.key().split())
                  .distinct()
                  .toList());
    }
    return some;
  }

  private static String text(DrawCalibration calibration) {
    StringBuilder text =
        new StringBuilder(
            String.format("%-18s%12s%20s%n", "central interval", "steps in it", "in a normal's"));
    for (DrawCalibration.Interval interval : calibration.intervals()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-18s%10.1f %%%18.1f %%%n",
              String.format(Locale.ROOT, "%.0f %%", 100 * interval.share()),
              100 * interval.covered(),
              100 * interval.byNormal()));
    }
    return text.append(
            String.format(
                Locale.ROOT,
                "%n%d steps of %d %s, with %d different draws of fading and noise among them. They lie"
                    + " %.4f nats from the mean on average; (step - mean)"
                    + " / deviation has a root mean square of %.3f. Greatest gap between their"
                    + " places and uniform ones: %.3f.",
                calibration.steps(),
                calibration.windows(),
                calibration.windows() == 1 ? "window" : "windows",
                calibration.draws(),
                calibration.meanOff(),
                calibration.standardisedDeviation(),
                calibration.greatestGap()))
        .toString();
  }
}
