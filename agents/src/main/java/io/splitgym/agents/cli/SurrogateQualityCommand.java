package io.splitgym.agents.cli;

import io.splitgym.agents.modelbased.EnsembleOptions;
import io.splitgym.agents.study.SurrogateQualityStudy;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.cli.GivenFile;
import io.splitgym.cli.OutputOption;
import io.splitgym.cli.ProgressLine;
import io.splitgym.cli.ThreadsOption;
import io.splitgym.fitting.FitOptions;
import io.splitgym.measurement.MeasurementCsv;
import io.splitgym.measurement.Measurements;
import io.splitgym.surrogate.ShippedSurrogates;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Holds surrogates against simpler regressors. */
@Command(
    name = SurrogateQualityStudy.NAME,
    mixinStandardHelpOptions = true,
    description = {
      "Holds networks against simpler regressors, by how many evaluations of the LLM they are fitted"
          + " to, and by how many cells of sigma, m and p.",
      "",
      "From the measurements that the shipped surrogates were fitted to, unless others are given. A"
          + " killed study goes on where it was."
    })
final class SurrogateQualityCommand implements Callable<Integer> {
  @Mixin private final OutputOption output = new OutputOption();
  @Mixin private final StudyFolderOption folder = new StudyFolderOption();
  @Mixin private final ThreadsOption threads = new ThreadsOption();

  @Option(
      names = "--measurements",
      paramLabel = "FILE",
      description =
          "A CSV that measure wrote, every split at every level (default: the shipped one).")
  private @Nullable Path measurements;

  @Option(
      names = "--channel",
      paramLabel = "NAME",
      defaultValue = FadingAwgn.NAME,
      description =
          "Of the shipped measurements: fading-awgn or erasure (default: ${DEFAULT-VALUE}).")
  private String channel = FadingAwgn.NAME;

  @Option(
      names = "--sizes",
      paramLabel = "N",
      split = ",",
      description = "How many evaluations of the LLM are drawn (default: 32,64,128,256,416).")
  private List<Integer> sizes = List.of(32, 64, 128, 256, 416);

  @Option(
      names = "--held-out",
      paramLabel = "SHARE",
      split = ",",
      description =
          "Shares of the cells of sigma, m and p that judge instead of being fitted (default:"
              + " 0.99,0.97,0.9,0.6,0.15).")
  private List<Double> heldOut = List.of(0.99, 0.97, 0.9, 0.6, 0.15);

  @Option(
      names = "--fit-steps",
      paramLabel = "N",
      description = "Steps of Adam for the surrogate (default: those of the shipped surrogates).")
  private int fitSteps = FitOptions.DEFAULT.steps();

  @Option(
      names = "--seed",
      paramLabel = "K",
      defaultValue = "1",
      description = "The first seed (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "10",
      description = "Run N times, with the seeds K, K+1, ... (default: ${DEFAULT-VALUE}).")
  private int seeds;

  @Option(
      names = "--fit-seeds",
      paramLabel = "N",
      description =
          "How many of the seeds fit the shipped network to cells of sigma, m and p too, which takes"
              + " longer; 0 for none (default: all).")
  private @Nullable Integer fitSeeds;

  @Override
  public Integer call() throws IOException {
    SurrogateQualityStudy study =
        new SurrogateQualityStudy(
            sizes,
            heldOut,
            EnsembleOptions.DEFAULT,
            FitOptions.DEFAULT.withSteps(fitSteps),
            seed,
            seeds,
            fitSeeds != null ? fitSeeds : seeds,
            threads.count());
    Measurements measured =
        measurements == null
            ? MeasurementCsv.read(ShippedSurrogates.measurements(channel))
            : GivenFile.measurements("--measurements", measurements);
    try (ProgressLine progress = new ProgressLine("fitting", "sizes")) {
      StudyOutput.print(
          output, study.write(folder.of(SurrogateQualityStudy.NAME), measured, progress::update));
    }
    return 0;
  }
}
