package io.splitgym.cli;

import io.splitgym.backend.EvaluatorSource;
import io.splitgym.channel.Channel;
import io.splitgym.channel.ProvidedChannel;
import io.splitgym.channel.Transmission;
import io.splitgym.decoder.Precision;
import io.splitgym.measurement.Measurement;
import io.splitgym.measurement.MeasurementCsv;
import io.splitgym.measurement.MeasurementStore;
import io.splitgym.measurement.Measurements;
import io.splitgym.measurement.Sweep;
import io.splitgym.measurement.SweepPlan;
import io.splitgym.perplexity.EvaluationSetting;
import io.splitgym.perplexity.SplitEvaluator;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Sweeps a grid of cells, resuming where an earlier sweep stopped. */
@Command(
    name = "measure",
    mixinStandardHelpOptions = true,
    description = {
      "Measures the perplexity of every split behind a channel and keeps it.",
      "",
      "By default over levels (fading-awgn: the effective noise s/h; erasure: the probability of"
          + " loss), from which the surrogate integrates the fading exactly; with --sigma and --m"
          + " over states, the fading drawn. What is in the store isn't measured again."
    })
final class MeasureCommand implements Callable<Integer> {
  private static final String DEFAULT_LEVELS = "default";
  private static final int DIGITS_IN_A_HEADING = 4;
  private static final long LAST_CELLS_SECONDS = 120;

  private final EvaluatorSource evaluators;

  @Mixin private final DataOption data = new DataOption();
  @Mixin private final ModelsOption models = new ModelsOption();
  @Mixin private final HiddenStatesOption hiddenStates = new HiddenStatesOption();
  @Mixin private final PrecisionOption precision = new PrecisionOption();
  @Mixin private final OutputOption output = new OutputOption();
  @Mixin private final ChannelOption channelOption = new ChannelOption();

  @Mixin private final TextOption text = new TextOption();
  @Mixin private final WindowsOption windows = new WindowsOption(256, 4096);
  @Mixin private final StrideOption stride = new StrideOption();
  @Mixin private final DrawsOption draws = new DrawsOption();
  @Mixin private final ThreadsOption threads = new ThreadsOption();

  @Option(
      names = "--levels",
      paramLabel = "A,B,...",
      defaultValue = DEFAULT_LEVELS,
      description = "Levels of the channel, or \"default\".")
  private String levels = DEFAULT_LEVELS;

  @Option(
      names = "--splits",
      paramLabel = "1,2,5-8",
      description = "Splits to measure (default: all, 1 to L-1).")
  private @Nullable String splits;

  @Option(
      names = "--sigma",
      paramLabel = "SIGMA",
      split = ",",
      description = "Noise intensities for direct draws; needs --m.")
  private List<Double> sigmas = List.of();

  @Option(
      names = "--m",
      paramLabel = "M",
      split = ",",
      description = "Nakagami shapes for direct draws; needs --sigma.")
  private List<Double> shapes = List.of();

  @Option(
      names = "--import",
      paramLabel = "FILE",
      description =
          "First put the measurements of a CSV that --csv wrote into the store, so that they aren't"
              + " taken again; --precision auto is theirs then.")
  private @Nullable Path imported;

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description = "Write the setting's measurements of this kind and channel here at the end.")
  private @Nullable Path csv;

  MeasureCommand(EvaluatorSource evaluators) {
    this.evaluators = evaluators;
  }

  @Override
  public Integer call() throws IOException {
    if (sigmas.isEmpty() != shapes.isEmpty()) {
      throw new InvalidValueException(
          sigmas.isEmpty() ? "--sigma" : "--m", "missing", "given with the other of the two");
    }
    int workers = threads.count();
    CountDownLatch closed = new CountDownLatch(1);
    Optional<Measurements> given =
        imported == null
            ? Optional.empty()
            : Optional.of(GivenFile.measurements("--import", imported));
    Precision chosen = precision(given);
    if (csv != null) {
      GivenFile.requireWritable("--csv", csv);
    }
    try (MeasurementStore store = MeasurementStore.open(data.measurements());
        EvaluatorSource.Loaded model = evaluators.load(models.store(), text.model(), chosen);
        SplitEvaluator evaluator =
            model.evaluator(
                text.corpus(),
                windows.window(),
                stride.of(model.room(windows.window())),
                windows.maxTokens(),
                workers,
                hiddenStates.bounds())) {
      given.ifPresent(
          measurements -> {
            store.add(measurements.clean());
            measurements.noisy().forEach(store::add);
          });
      Channel channel = channelOption.channel(() -> model.noiseUnit(data.folder()));
      SweepPlan plan = plan(evaluator.setting(), channel);
      Sweep sweep = new Sweep(evaluator, store, workers);
      Thread onSignal = new Thread(() -> endCleanly(sweep, closed), "end-sweep");
      Runtime.getRuntime().addShutdownHook(onSignal);
      Sweep.Outcome outcome;
      try (ProgressLine progress = new ProgressLine("measuring", "cells")) {
        outcome = sweep.run(plan, new SweepProgress(progress));
      } finally {
        removeHook(onSignal);
      }
      if (!outcome.complete()) {
        return 1;
      }
      Measurements kept =
          Measurements.of(evaluator.setting(), channel, store.all(evaluator.setting()));
      Measurements measurements = sigmas.isEmpty() ? kept.overLevels() : kept.overStates();
      if (csv != null) {
        WholeFile.write(csv, MeasurementCsv.write(measurements));
      }
      report(measurements, outcome);
      return 0;
    } finally {
      closed.countDown();
    }
  }

  /** What is imported is meant to be gone on with, so auto is its precision then. */
  private Precision precision(Optional<Measurements> given) {
    return given.isPresent() && precision.named().isEmpty()
        ? Precision.of("--import: precision", given.get().setting().precision())
        : precision.in(data);
  }

  private SweepPlan plan(EvaluationSetting setting, Channel channel) {
    int deepest = setting.layers() - 1;
    List<Integer> chosen =
        IntegerRanges.parse("--splits", splits != null ? splits : "1-" + deepest, 1, deepest);
    List<Long> seeds = draws.seeds();
    return sigmas.isEmpty()
        ? SweepPlan.overLevels(setting, channel, levels(channel), chosen, seeds)
        : SweepPlan.overStates(setting, channel, sigmas, shapes, chosen, seeds);
  }

  private List<Double> levels(Channel channel) {
    if (!levels.equals(DEFAULT_LEVELS)) {
      return DecimalList.parse("--levels", levels);
    }
    if (channel instanceof ProvidedChannel) {
      throw new InvalidValueException(
          "--levels", levels, "given: what " + channel.name() + " has as levels isn't known");
    }
    return SweepPlan.defaultLevels(channel);
  }

  private static void endCleanly(Sweep sweep, CountDownLatch closed) {
    sweep.stop();
    try {
      // the cells in flight are worth some seconds; without them nothing is broken either
      if (!closed.await(LAST_CELLS_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("splitgym: the cells in flight took too long and are lost");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // the program is ending already: the hook is at work and waits for us
    }
  }

  private void report(Measurements measurements, Sweep.Outcome outcome) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("setting", measurements.setting());
    document.put("channel", measurements.channel().name());
    document.put("channelParameters", measurements.channel().settings());
    document.put("cells", outcome.cells());
    document.put("measured", outcome.measured());
    document.put("measuredBefore", outcome.measuredBefore());
    document.put("cleanLogPerplexity", measurements.clean().logPerplexity());
    document.put("measurements", measurements.noisy().size());
    document.put("bitsPerToken", bitsPerToken(measurements));
    document.put("store", data.measurements().toString());
    document.put("csv", csv == null ? null : csv.toString());
    document.put("dataHash", MeasurementCsv.hash(measurements));
    output.print(
        document,
        String.format(
            Locale.ROOT,
            "%d cells, %d of them measured now; ln PPL without a channel is %.4f%n%n%s",
            outcome.cells(),
            outcome.measured(),
            measurements.clean().logPerplexity(),
            table(measurements)));
  }

  /** By split; they depend on neither noise nor level. Those that aren't known are left out. */
  private static SortedMap<Integer, Double> bitsPerToken(Measurements measurements) {
    SortedMap<Integer, Double> bits = new TreeMap<>();
    for (Measurement one : measurements.noisy()) {
      one.losses().bitsPerToken().ifPresent(value -> bits.put(one.key().split(), value));
    }
    return bits;
  }

  /**
   * Mean ln PPL over the draws: a row for each split, a column for each level or state; then the
   * bits for each token.
   */
  private static String table(Measurements measurements) {
    SortedMap<Integer, Map<String, DoubleSummaryStatistics>> rows = new TreeMap<>();
    Map<String, Integer> columns = new LinkedHashMap<>();
    for (Measurement measurement : measurements.noisy()) {
      String column = column(measurement.key().transmission());
      columns.putIfAbsent(column, columns.size());
      rows.computeIfAbsent(measurement.key().split(), split -> new TreeMap<>())
          .computeIfAbsent(column, name -> new DoubleSummaryStatistics())
          .accept(measurement.logPerplexity());
    }
    StringBuilder text = new StringBuilder("ln PPL");
    columns.keySet().forEach(column -> text.append(String.format(Locale.ROOT, "%10s", column)));
    SortedMap<Integer, Double> bits = bitsPerToken(measurements);
    text.append(bits.isEmpty() ? "" : String.format(Locale.ROOT, "%12s", "bits/token"));
    rows.forEach(
        (split, values) -> {
          text.append(String.format(Locale.ROOT, "%n%6d", split));
          for (String column : columns.keySet()) {
            DoubleSummaryStatistics statistics = values.get(column);
            text.append(
                statistics == null
                    ? String.format(Locale.ROOT, "%10s", "-")
                    : String.format(Locale.ROOT, "%10.3f", statistics.getAverage()));
          }
          if (bits.containsKey(split)) {
            text.append(String.format(Locale.ROOT, "%12.1f", bits.get(split)));
          }
        });
    return text.toString();
  }

  private static String column(Transmission transmission) {
    if (transmission instanceof Transmission.AtLevel atLevel) {
      return brief(atLevel.level());
    }
    return transmission instanceof Transmission.AtState atState
        ? brief(atState.state().sigma()) + ";" + brief(atState.state().m())
        : "clean";
  }

  private static String brief(double value) {
    return new BigDecimal(value)
        .round(new MathContext(DIGITS_IN_A_HEADING))
        .stripTrailingZeros()
        .toPlainString();
  }
}
