package io.splitgym.agents.cli;

import io.splitgym.agents.study.PerplexityStudy;
import io.splitgym.backend.EvaluatorSource;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.checkpoint.hub.Catalogue;
import io.splitgym.checkpoint.hub.CatalogueModel;
import io.splitgym.checkpoint.hub.ModelStore;
import io.splitgym.cli.CommandFailedException;
import io.splitgym.cli.DataOption;
import io.splitgym.cli.GivenFile;
import io.splitgym.cli.HiddenStatesOption;
import io.splitgym.cli.LlmEvaluators;
import io.splitgym.cli.ModelsOption;
import io.splitgym.cli.OutputOption;
import io.splitgym.cli.PrecisionOption;
import io.splitgym.cli.ThreadsOption;
import io.splitgym.cli.WindowsOption;
import io.splitgym.measurement.Measurements;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Draws perplexity against the split for the models at hand. */
@Command(
    name = PerplexityStudy.NAME,
    mixinStandardHelpOptions = true,
    description = {
      "Draws ln PPL against the split at several noises, for each model at hand, from measurements of"
          + " the LLM itself.",
      "",
      "What the store lacks is measured first; a killed study goes on where it was."
    })
final class PerplexityStudyCommand implements Callable<Integer> {
  private final EvaluatorSource evaluators;

  @Mixin private final DataOption data = new DataOption();
  @Mixin private final PrecisionOption precision = new PrecisionOption();
  @Mixin private final HiddenStatesOption hiddenStates = new HiddenStatesOption();
  @Mixin private final ModelsOption models = new ModelsOption();
  @Mixin private final OutputOption output = new OutputOption();
  @Mixin private final StudyFolderOption folder = new StudyFolderOption();
  @Mixin private final ThreadsOption threads = new ThreadsOption();
  @Mixin private final WindowsOption windows = new WindowsOption(256, 512);

  @Option(
      names = "--model",
      paramLabel = "M",
      split = ",",
      description = "Models (default: all of the catalogue that are in the models folder).")
  private List<String> names = List.of();

  @Option(
      names = "--measurements",
      paramLabel = "FILE",
      split = ",",
      description =
          "Take these measurements, CSVs that measure wrote, one for each model; no LLM then.")
  private List<Path> measurements = List.of();

  @Option(
      names = "--channel",
      paramLabel = "NAME",
      defaultValue = FadingAwgn.NAME,
      description = "fading-awgn or erasure (default: ${DEFAULT-VALUE}).")
  private String channel = FadingAwgn.NAME;

  @Option(
      names = "--levels",
      paramLabel = "LEVEL",
      split = ",",
      description = "Levels that are measured (default: those of the command measure).")
  private List<Double> levels = List.of();

  @Option(
      names = "--sigma",
      paramLabel = "SIGMA",
      split = ",",
      defaultValue = "0.01,0.03,0.1,0.2,0.3",
      description = "Noise intensities that are drawn (default: ${DEFAULT-VALUE}).")
  private List<Double> sigmas = List.of();

  @Option(
      names = "--m",
      paramLabel = "M",
      defaultValue = "1",
      description = "The Nakagami shape (default: ${DEFAULT-VALUE}).")
  private double shape;

  PerplexityStudyCommand() {
    this(new LlmEvaluators());
  }

  PerplexityStudyCommand(EvaluatorSource evaluators) {
    this.evaluators = evaluators;
  }

  @Override
  public Integer call() throws IOException {
    int workers = threads.count();
    PerplexityStudy study = new PerplexityStudy(sigmas, shape);
    List<Measurements> measured = new ArrayList<>();
    for (Path file : measurements) {
      measured.add(GivenFile.measurements("--measurements", file));
    }
    if (measurements.isEmpty()) {
      for (String name : names.isEmpty() ? atHand() : names) {
        try (LevelSweep sweep =
            LevelSweep.open(
                evaluators,
                models,
                data,
                precision,
                hiddenStates,
                name,
                channel,
                levels,
                windows,
                workers)) {
          measured.add(sweep.complete(workers).measurements());
        }
      }
    }
    StudyOutput.print(output, study.write(folder.of(PerplexityStudy.NAME), measured));
    return 0;
  }

  private List<String> atHand() throws IOException {
    ModelStore store = models.store();
    List<String> there = new ArrayList<>();
    for (CatalogueModel model : store.catalogue().models()) {
      if (store.installed(model).isPresent()) {
        there.add(model.name());
      }
    }
    if (there.isEmpty()) {
      throw new CommandFailedException(
          "no model is in "
              + store.folder()
              + "; run: "
              + store.catalogue().require(Catalogue.DEFAULT).pullCommand());
    }
    return there;
  }
}
