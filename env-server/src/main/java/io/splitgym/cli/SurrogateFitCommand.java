package io.splitgym.cli;

import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.Range;
import io.splitgym.checkpoint.hub.Sha256;
import io.splitgym.fitting.DrawFit;
import io.splitgym.fitting.FitOptions;
import io.splitgym.fitting.FitReport;
import io.splitgym.fitting.SurrogateFit;
import io.splitgym.measurement.LevelTable;
import io.splitgym.measurement.Measurements;
import io.splitgym.measurement.WindowDraws;
import io.splitgym.surrogate.SurrogateFile;
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

/** Trains a surrogate and says what it is worth. */
@Command(
    name = "fit",
    mixinStandardHelpOptions = true,
    description = {
      "Fits a network to measurements over levels: the fading is integrated exactly, cells (sigma,"
          + " m, p) are held out, and simpler regressors stand beside. A second network learns how"
          + " single draws lie around that mean, so that the surrogate can also answer like one"
          + " step of the LLM (noise: sampled).",
      "",
      "The same measurements, seed and options give the same file. With the variables that"
          + " ./splitgym sets for this command (MKL_CBWR=COMPATIBLE, ATEN_CPU_CAPABILITY=default)"
          + " that is meant to hold from one x86-64 processor to another; without them, on one"
          + " kind of processor."
    })
final class SurrogateFitCommand implements Callable<Integer> {
  private static final Map<String, String> SAME_EVERYWHERE =
      Map.of("MKL_CBWR", "COMPATIBLE", "ATEN_CPU_CAPABILITY", "default");

  @Mixin private final OutputOption output = new OutputOption();
  @Mixin private final FiguresOption figures = new FiguresOption();

  @Mixin
  private final SurrogateCommand.MeasurementsOption source =
      new SurrogateCommand.MeasurementsOption();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "Where the surrogate goes, a safetensors file.")
  private Path out = Path.of("surrogate.safetensors");

  @Option(
      names = "--seed",
      paramLabel = "K",
      defaultValue = "1",
      description = "Of held-out cells, first weights and batches (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Steps of Adam (default: those of the shipped surrogates).")
  private @Nullable Integer steps;

  @Option(
      names = "--hidden",
      paramLabel = "UNITS",
      split = ",",
      defaultValue = "128,128",
      description = "Widths of the hidden layers (default: ${DEFAULT-VALUE}).")
  private List<Integer> hidden = List.of();

  @Option(
      names = "--splits",
      paramLabel = "1,2,5-8",
      description =
          "Fit these splits only, without a gap (default: all that were measured). The surrogate"
              + " answers for no others.")
  private @Nullable String splits;

  @Option(
      names = "--sigma-range",
      paramLabel = "LOW,HIGH",
      defaultValue = "0,0.3",
      description = "What the surrogate answers for (default: ${DEFAULT-VALUE}).")
  private String sigmaRange = "0,0.3";

  @Option(
      names = "--m-range",
      paramLabel = "LOW,HIGH",
      defaultValue = "0.5,10",
      description = "What the surrogate answers for (default: ${DEFAULT-VALUE}).")
  private String shapeRange = "0.5,10";

  @Option(
      names = "--keep-mean",
      paramLabel = "FILE",
      description =
          "Fit the draws alone, around the mean of this surrogate, which stays as it is to the bit;"
              + " splits and ranges are its own.")
  private @Nullable Path kept;

  @Option(
      names = "--mean-only",
      description = "Fit the mean alone; such a surrogate can't answer like a single draw.")
  private boolean meanOnly;

  private Measurements ofChosenSplits(Measurements all) {
    int deepest = all.setting().layers() - 1;
    return splits == null ? all : all.ofSplits(IntegerRanges.parse("--splits", splits, 1, deepest));
  }

  @Override
  public Integer call() throws IOException {
    FitOptions usual = FitOptions.DEFAULT;
    FitOptions options =
        new FitOptions(
            seed,
            new ChannelRanges(range("--sigma-range", sigmaRange), range("--m-range", shapeRange)),
            usual.sigmas(),
            usual.shapes(),
            usual.heldOut(),
            hidden,
            steps != null ? steps : usual.steps(),
            usual.batch(),
            usual.learningRate());
    if (kept != null && meanOnly) {
      throw new InvalidValueException("--mean-only", true, "left out with --keep-mean");
    }
    GivenFile.requireWritable("--out", out);
    Measurements measurements = ofChosenSplits(source.read());
    if (!meanOnly) {
      // before the mean takes its minutes
      WindowDraws.requireKnown(new LevelTable(measurements.overLevels()));
    }
    @Nullable SurrogateFit fit = null;
    SurrogateModel surrogate;
    if (kept != null) {
      surrogate = GivenFile.surrogate("--keep-mean", kept);
    } else {
      try (ProgressLine progress = new ProgressLine("fitting the mean", "steps")) {
        fit =
            SurrogateFit.of(measurements, options, done -> progress.update(done, options.steps()));
        surrogate = fit.surrogate();
      }
    }
    DrawFit.@Nullable Report drawReport = null;
    if (!meanOnly) {
      try (ProgressLine progress = new ProgressLine("fitting the draws", "steps")) {
        DrawFit draws =
            DrawFit.of(
                surrogate,
                measurements,
                options.withHidden(DrawFit.HIDDEN).withRanges(surrogate.domain().ranges()),
                done -> progress.update(done, options.steps()));
        surrogate = draws.surrogate();
        drawReport = draws.report();
      }
    }
    byte[] bytes = SurrogateFile.write(surrogate);
    WholeFile.write(out, bytes);
    List<String> drawn = figures.draw(measurements, surrogate);
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("out", out.toString());
    document.put("sha256", Sha256.of(bytes).hex());
    document.put("provenance", surrogate.provenance());
    document.put("sameOnEveryProcessor", sameOnEveryProcessor());
    document.put("report", fit == null ? null : fit.report());
    document.put("draws", drawReport);
    document.put("figures", drawn);
    output.print(
        document, (fit == null ? "" : text(fit.report())) + text(drawReport) + text(bytes));
    return 0;
  }

  private static String text(DrawFit.@Nullable Report report) {
    return report == null
        ? ""
        : String.format(
            "Draws: %s.%s%n",
            judged(report),
            report.fewestDraws() > 1
                ? ""
                : " Some levels were drawn once: what of their windows' differences is noise is"
                    + " taken from the nearest with several draws, all of it if there are none.");
  }

  private static String judged(DrawFit.Report report) {
    @Nullable Double logRatio = report.logRatio();
    return logRatio == null
        ? "none to judge, for no held-out cell's deviation is above " + DrawFit.VISIBLE + " nats"
        : String.format(
            Locale.ROOT,
            "at %d held-out cells above %s nats the network's deviation is %.3f times the"
                + " measurements', its logarithm off by %.3f (RMS)",
            report.heldOutCells(),
            DrawFit.VISIBLE,
            Math.exp(logRatio),
            report.logError());
  }

  private String text(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    text.append(out).append(", SHA-256 ").append(Sha256.of(bytes).hex());
    if (!sameOnEveryProcessor()) {
      text.append(
          String.format(
              "%nAnother kind of processor may give other weights: ./splitgym sets MKL_CBWR and"
                  + " ATEN_CPU_CAPABILITY against that."));
    }
    return text.toString();
  }

  private static String text(FitReport report) {
    StringBuilder text = new StringBuilder(SurrogateCommand.header());
    text.append(SurrogateCommand.row("network", report.onHeldOut()));
    report
        .alternatives()
        .forEach((name, errors) -> text.append(SurrogateCommand.row(name, errors)));
    text.append(SurrogateCommand.row("network, on fitted", report.onFitted()));
    text.append(
        String.format(
            Locale.ROOT,
            "%nOn %d held-out cells; %d were fitted. Standard error of the measurements: %.4f on"
                + " average, %.4f at most, %.4f at most where a split is within 0.5 of the best.%n",
            report.heldOutCells(),
            report.fittedCells(),
            report.meanStandardError(),
            report.greatestStandardError(),
            report.standardErrorNearBest()));
    text.append(SurrogateCommand.describe(report.decisions(), report.referenceDecisions()));
    return text.toString();
  }

  private static boolean sameOnEveryProcessor() {
    return System.getenv().entrySet().containsAll(SAME_EVERYWHERE.entrySet());
  }

  private static Range range(String field, String text) {
    List<Double> ends = DecimalList.parse(field, text);
    if (ends.size() != 2) {
      throw new InvalidValueException(field, text, "two numbers, such as 0,0.3");
    }
    return new Range(ends.get(0), ends.get(1));
  }
}
