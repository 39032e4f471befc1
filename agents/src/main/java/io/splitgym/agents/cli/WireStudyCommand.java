package io.splitgym.agents.cli;

import io.splitgym.agents.study.WireStudy;
import io.splitgym.backend.EvaluatorSource;
import io.splitgym.cli.DataOption;
import io.splitgym.cli.LlmEvaluators;
import io.splitgym.cli.ModelsOption;
import io.splitgym.cli.OutputOption;
import io.splitgym.cli.PrecisionOption;
import io.splitgym.cli.ProgressLine;
import io.splitgym.cli.SweepProgress;
import io.splitgym.cli.WindowsOption;
import io.splitgym.measurement.MeasurementStore;
import io.splitgym.measurement.Sweep;
import io.splitgym.perplexity.Corpus;
import io.splitgym.perplexity.HiddenStateBounds;
import io.splitgym.perplexity.SplitEvaluator;
import io.splitgym.validation.Require;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures what crosses the air. */
@Command(
    name = WireStudy.NAME,
    mixinStandardHelpOptions = true,
    description = {
      "Draws ln PPL against the split by codec, packets, concealment and protection, with bits for each"
          + " token, from measurements of the LLM itself.",
      "",
      "What the store lacks is measured first; a killed study goes on where it was."
    })
final class WireStudyCommand implements Callable<Integer> {
  private final EvaluatorSource evaluators;

  @Mixin private final DataOption data = new DataOption();
  @Mixin private final ModelsOption models = new ModelsOption();
  @Mixin private final OutputOption output = new OutputOption();
  @Mixin private final PrecisionOption precision = new PrecisionOption();
  @Mixin private final WindowsOption windows = new WindowsOption(256, 2048);

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "The study's folder (default: studies/wire).")
  private Path out = Path.of("studies", WireStudy.NAME);

  @Option(
      names = "--model",
      paramLabel = "M",
      defaultValue = "smollm2-135m",
      description = "Which LLM (default: ${DEFAULT-VALUE}).")
  private String name = "smollm2-135m";

  @Option(
      names = "--splits",
      paramLabel = "P",
      split = ",",
      defaultValue = "1,2,4,8,12,16,20,24,29",
      description = "Splits that are measured (default: ${DEFAULT-VALUE}).")
  private List<Integer> splits = List.of();

  @Option(
      names = "--loss",
      paramLabel = "Q",
      split = ",",
      defaultValue = "0.1,0.02",
      description =
          "Probabilities that a packet is lost; the first is that of every figure with losses (default:"
              + " ${DEFAULT-VALUE}).")
  private List<Double> losses = List.of();

  @Option(
      names = "--noise",
      paramLabel = "S",
      defaultValue = "2",
      description = "Effective noise s/h of fading-awgn (default: ${DEFAULT-VALUE}).")
  private double noise;

  @Option(
      names = "--packet-bytes",
      paramLabel = "N",
      split = ",",
      defaultValue = "288,1152,4608",
      description =
          "Packet sizes; the middle one is that of concealment, the first, beside single elements, that"
              + " of protection (default: ${DEFAULT-VALUE}).")
  private List<Integer> packetBytes = List.of();

  @Option(
      names = "--protect-above",
      paramLabel = "R",
      defaultValue = "100",
      description =
          "Protect the elements of more than R times their token's median magnitude (default:"
              + " ${DEFAULT-VALUE}).")
  private double protectAbove;

  @Option(
      names = "--draws",
      paramLabel = "D",
      defaultValue = "2",
      description = "Draws of losses and noise at each cell (default: ${DEFAULT-VALUE}).")
  private int draws;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Cells that are measured at once (default: the processors).")
  private int threads = Runtime.getRuntime().availableProcessors();

  WireStudyCommand() {
    this(new LlmEvaluators());
  }

  WireStudyCommand(EvaluatorSource evaluators) {
    this.evaluators = evaluators;
  }

  @Override
  public Integer call() throws IOException {
    Require.positive("--threads", threads);
    try (MeasurementStore store = MeasurementStore.open(data.measurements());
        EvaluatorSource.Loaded model = evaluators.load(models.store(), name, precision.in(data));
        SplitEvaluator evaluator =
            model.evaluator(
                Corpus.shipped(),
                windows.window(),
                model.room(windows.window()),
                windows.maxTokens(),
                threads,
                HiddenStateBounds.DEFAULT);
        ProgressLine progress = new ProgressLine("measuring", "cells")) {
      WireStudy study =
          new WireStudy(
              splits,
              losses,
              noise,
              model.noiseUnit(data.folder()),
              packetBytes,
              protectAbove,
              draws);
      new Sweep(evaluator, store, threads)
          .run(study.plan(evaluator.setting()), new SweepProgress(progress));
      StudyOutput.print(
          output, study.write(out, evaluator.setting(), store.all(evaluator.setting())));
    }
    return 0;
  }
}
