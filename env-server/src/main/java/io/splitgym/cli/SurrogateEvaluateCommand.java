package io.splitgym.cli;

import io.splitgym.channel.ChannelState;
import io.splitgym.fitting.SurrogateCheck;
import io.splitgym.fitting.SurrogateCheck.SplitAtState;
import io.splitgym.measurement.Measurements;
import io.splitgym.reward.NoiseKind;
import io.splitgym.surrogate.ShippedSurrogates;
import io.splitgym.surrogate.SurrogateModel;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
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

/** Holds a surrogate against measurements. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description =
        "Compares a surrogate with quadrature over measurements, at states drawn uniformly from its"
            + " domain and at every split.")
final class SurrogateEvaluateCommand implements Callable<Integer> {
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
      names = "--at",
      paramLabel = "SIGMA,M",
      description =
          "Show every split in this state as well: measured, with its standard error, predicted,"
              + " and the deviation of one draw.")
  private @Nullable String at;

  @Option(
      names = "--windows",
      paramLabel = "W",
      defaultValue = "" + NoiseKind.DEFAULT_WINDOWS,
      description =
          "Of the text whose one-draw deviation is told; a step on the LLM has as many unless it is"
              + " told otherwise (default: ${DEFAULT-VALUE}).")
  private int windows;

  @Override
  public Integer call() throws IOException {
    Require.positive("--states", states);
    Require.positive("--windows", windows);
    Measurements all = source.read();
    SurrogateModel surrogate =
        file != null
            ? GivenFile.surrogate("--surrogate", file)
            : ShippedSurrogates.load(all.channel().name());
    SurrogateCheck check = SurrogateCheck.of(surrogate, all, states, seed, windows);
    Measurements measurements = SurrogateCheck.comparable(surrogate, all);
    List<SplitAtState> splitsAt =
        at == null ? List.of() : SurrogateCheck.at(surrogate, measurements, state(at), windows);
    List<String> drawn = figures.draw(measurements, surrogate);
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("provenance", surrogate.provenance());
    document.put("check", check);
    if (at != null) {
      document.put("at", Map.of("state", state(at), "splits", splitsAt));
    }
    document.put("figures", drawn);
    output.print(document, text(check) + text(splitsAt));
    return 0;
  }

  private static ChannelState state(String at) {
    List<Double> values = DecimalList.parse("--at", at);
    if (values.size() != 2) {
      throw new InvalidValueException("--at", at, "sigma and m, such as 0.1,1");
    }
    return new ChannelState(values.get(0), values.get(1));
  }

  private static String text(List<SplitAtState> splits) {
    if (splits.isEmpty()) {
      return "";
    }
    StringBuilder table =
        new StringBuilder(
            String.format(
                "%n%n%5s%12s%12s%12s%12s", "p", "ln PPL", "std. error", "surrogate", "one draw"));
    for (SplitAtState one : splits) {
      table.append(
          String.format(
              Locale.ROOT,
              "%n%5d%12.4f%12.4f%12.4f%12s",
              one.split(),
              one.expectedLogPerplexity(),
              one.standardError(),
              one.predicted(),
              deviation(one.textDeviation())));
    }
    return table.toString();
  }

  private static String deviation(@Nullable Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, "%.4f", value);
  }

  private static String noise(SurrogateCheck.TextNoise noise) {
    if (noise.mean() == null) {
      return String.format(
          "How far one draw over a text of %d windows deviates isn't known: that needs two draws"
              + " or more at each level.%n",
          noise.windows());
    }
    return String.format(
        "One draw over a text of %d windows, as a step on the LLM takes, deviates by %s on average,"
            + " %s at most%s.%n",
        noise.windows(),
        deviation(noise.mean()),
        deviation(noise.greatest()),
        noise.fewestDraws() > 1
            ? ""
            : ", by the fading alone: the noise's own part needs two draws or more at each level");
  }

  private static String whatWasCompared(SurrogateCheck check) {
    String text =
        check.sameMeasurements()
            ? "The surrogate was fitted to these measurements."
            : "The surrogate was fitted to other measurements.";
    return check.splitsLeftAside().isEmpty()
        ? text
        : text
            + String.format(
                " It answers for splits %d to %d; splits %s of the measurements were left aside.",
                check.splits().get(0),
                check.splits().get(check.splits().size() - 1),
                check.splitsLeftAside());
  }

  private static String text(SurrogateCheck check) {
    return SurrogateCommand.header()
        + SurrogateCommand.row("network", check.errors())
        + String.format(
            Locale.ROOT,
            "%nAt %d cells. Standard error of the measurements: %.4f on average. %s%n",
            check.cells(),
            check.meanStandardError(),
            whatWasCompared(check))
        + noise(check.textNoise())
        + SurrogateCommand.describe(check.decisions(), check.referenceDecisions());
  }
}
