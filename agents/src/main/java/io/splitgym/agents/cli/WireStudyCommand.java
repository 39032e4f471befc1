package io.splitgym.agents.cli;

import io.splitgym.agents.study.WireStudy;
import io.splitgym.backend.EvaluatorSource;
import io.splitgym.checkpoint.hub.Catalogue;
import io.splitgym.cli.DataOption;
import io.splitgym.cli.HiddenStatesOption;
import io.splitgym.cli.LlmEvaluators;
import io.splitgym.cli.ModelsOption;
import io.splitgym.cli.OutputOption;
import io.splitgym.cli.PrecisionOption;
import io.splitgym.cli.ProgressLine;
import io.splitgym.cli.SweepProgress;
import io.splitgym.cli.ThreadsOption;
import io.splitgym.cli.WindowsOption;
import io.splitgym.measurement.MeasurementStore;
import io.splitgym.measurement.Sweep;
import io.splitgym.perplexity.Corpus;
import io.splitgym.perplexity.SplitEvaluator;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures what crosses the air. */
@Command(
    name = WireStudy.NAME,
    mixinStandardHelpOptions = true,
    description = {
      "Draws ln PPL against the split by codec, packets, concealment and protection, with bits for each"
          + " token, from measurements of the LLM itself.",
      "",
      "What the store lacks is measured first; a killed study goes on where it was. With one draw there"
          + " is no spread over draws, and errors come from how the windows differ."
    })
final class WireStudyCommand implements Callable<Integer> {
  private static final String REDRAW = "--redraw";
  private static final Set<String> BESIDE_REDRAW = Set.of(REDRAW, "--out", "--json");

  private final EvaluatorSource evaluators;

  @Spec private CommandSpec command;

  @Mixin private final DataOption data = new DataOption();
  @Mixin private final ModelsOption models = new ModelsOption();
  @Mixin private final OutputOption output = new OutputOption();
  @Mixin private final StudyFolderOption folder = new StudyFolderOption();
  @Mixin private final ThreadsOption threads = new ThreadsOption();
  @Mixin private final PrecisionOption precision = new PrecisionOption();
  @Mixin private final HiddenStatesOption hiddenStates = new HiddenStatesOption();
  @Mixin private final WindowsOption windows = new WindowsOption(256, 2048);

  @Option(
      names = "--model",
      paramLabel = "M",
      defaultValue = Catalogue.DEFAULT,
      description = "Which LLM (default: ${DEFAULT-VALUE}).")
  private String name = Catalogue.DEFAULT;

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
      names = REDRAW,
      description =
          "Write the folder's data, figures and report again, from its own wire.csv and study.json: no"
              + " LLM, and no options but --out and --json.")
  private boolean redraw;

  WireStudyCommand() {
    this(new LlmEvaluators());
  }

  WireStudyCommand(EvaluatorSource evaluators) {
    this.evaluators = evaluators;
  }

  @Override
  public Integer call() throws IOException {
    if (redraw) {
      requireNoOthers();
      StudyOutput.print(output, WireStudy.redraw(folder.of(WireStudy.NAME)));
    } else {
      measure();
    }
    return 0;
  }

  /** What is drawn again is what was measured. */
  private void requireNoOthers() {
    for (OptionSpec option : command.commandLine().getParseResult().matchedOptions()) {
      if (!BESIDE_REDRAW.contains(option.longestName())) {
        throw new InvalidValueException(
            option.longestName(),
            option.getValue(),
            "left out with " + REDRAW + ", which draws what study.json tells of");
      }
    }
  }

  private void measure() throws IOException {
    int workers = threads.count();
    try (MeasurementStore store = MeasurementStore.open(data.measurements());
        EvaluatorSource.Loaded model = evaluators.load(models.store(), name, precision.in(data));
        SplitEvaluator evaluator =
            model.evaluator(
                Corpus.shipped(),
                windows.window(),
                model.room(windows.window()),
                windows.maxTokens(),
                workers,
                hiddenStates.bounds());
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
      new Sweep(evaluator, store, workers)
          .run(study.plan(evaluator.setting()), new SweepProgress(progress));
      StudyOutput.print(
          output,
          study.write(
              folder.of(WireStudy.NAME), evaluator.setting(), store.all(evaluator.setting())));
    }
  }
}
