package io.splitgym.agents.cli;

import io.splitgym.agents.learning.Learner;
import io.splitgym.agents.study.ModelBasedStudy;
import io.splitgym.agents.study.StudyOptions;
import io.splitgym.backend.EvaluatorSource;
import io.splitgym.cli.DataOption;
import io.splitgym.cli.GivenFile;
import io.splitgym.cli.HiddenStatesOption;
import io.splitgym.cli.LlmEvaluators;
import io.splitgym.cli.ModelsOption;
import io.splitgym.cli.OutputOption;
import io.splitgym.cli.PrecisionOption;
import io.splitgym.cli.ProgressLine;
import io.splitgym.cli.WindowsOption;
import io.splitgym.fitting.FitOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Holds model-free training on the LLM against model-based training. */
@Command(
    name = "model-based",
    mixinStandardHelpOptions = true,
    description = {
      "Trains the same algorithm on the LLM itself, on a surrogate of the whole measured LLM, and by"
          + " an active loop that measures only where an ensemble is unsure; writes the return on the"
          + " LLM against evaluations and time.",
      "",
      "First every split at every level is measured, as far as the store lacks it, one after the"
          + " other, so that the seconds of each are its own; then all arms are answered from these"
          + " measurements and charged for what they ask for. Run it alone on a machine if its times"
          + " matter, with --threads 1."
    })
final class ModelBasedCommand implements Callable<Integer> {
  private final EvaluatorSource evaluators;

  @Mixin private final DataOption data = new DataOption();
  @Mixin private final PrecisionOption precision = new PrecisionOption();
  @Mixin private final HiddenStatesOption hiddenStates = new HiddenStatesOption();
  @Mixin private final ModelsOption models = new ModelsOption();
  @Mixin private final OutputOption output = new OutputOption();
  @Mixin private final StudyFolderOption folder = new StudyFolderOption();
  @Mixin private final WindowsOption windows = new WindowsOption(256, 512);
  @Mixin private final LoopOption loop = new LoopOption();
  @Mixin private final LoopTaskOption task = new LoopTaskOption();

  @Option(
      names = "--measurements",
      paramLabel = "FILE",
      description =
          "Take the evaluations from a CSV that measure or this study wrote; no LLM then.")
  private @Nullable Path measurements;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "40000",
      description = "Steps of each training (default: ${DEFAULT-VALUE}).")
  private long steps;

  @Option(
      names = "--seed",
      paramLabel = "K",
      defaultValue = "1",
      description = "The first seed (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Run N times, with the seeds K, K+1, ... (default: ${DEFAULT-VALUE}).")
  private int seeds;

  @Option(
      names = "--evaluations",
      paramLabel = "N",
      defaultValue = "20",
      description = "How often a policy is evaluated while it learns (default: ${DEFAULT-VALUE}).")
  private int evaluations;

  @Option(
      names = "--episodes",
      paramLabel = "N",
      defaultValue = "200",
      description = "Test episodes of each evaluation (default: ${DEFAULT-VALUE}).")
  private int episodes;

  @Option(
      names = "--evaluation-seed",
      paramLabel = "K",
      defaultValue = "20260101",
      description = "Fixes the test episodes (default: ${DEFAULT-VALUE}).")
  private long evaluationSeed;

  @Option(
      names = "--fit-steps",
      paramLabel = "N",
      description = "Steps of Adam for the surrogate (default: those of the shipped surrogates).")
  private int fitSteps = FitOptions.DEFAULT.steps();

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "How many runs at a time; only times depend on it (default: ${DEFAULT-VALUE}).")
  private int threads;

  ModelBasedCommand() {
    this(new LlmEvaluators());
  }

  ModelBasedCommand(EvaluatorSource evaluators) {
    this.evaluators = evaluators;
  }

  @Override
  public Integer call() throws IOException {
    StudyOptions options =
        new StudyOptions(steps, seed, seeds, evaluations, episodes, evaluationSeed, threads);
    Learner<?> learner = task.learner();
    FitOptions fit = FitOptions.DEFAULT.withSteps(fitSteps);
    LevelSweep.Swept swept = swept();
    ModelBasedStudy.Setting setting =
        new ModelBasedStudy.Setting(
            swept.measurements(),
            swept.measuredNow(),
            task.parameters(swept.measurements().setting().layers()),
            learner,
            loop.options(),
            fit);
    try (ProgressLine progress = new ProgressLine("training", "steps")) {
      StudyOutput.print(
          output,
          ModelBasedStudy.write(
              folder.of(ModelBasedStudy.NAME), setting, options, progress::update));
    }
    return 0;
  }

  private LevelSweep.Swept swept() throws IOException {
    if (measurements != null) {
      return new LevelSweep.Swept(
          GivenFile.measurements("--measurements", measurements).overLevels(), 0);
    }
    try (LevelSweep sweep =
        LevelSweep.open(
            evaluators,
            models,
            data,
            precision,
            hiddenStates,
            task.model(),
            task.preset().channel(),
            task.levels(),
            windows,
            1)) {
      return sweep.complete(1);
    }
  }
}
