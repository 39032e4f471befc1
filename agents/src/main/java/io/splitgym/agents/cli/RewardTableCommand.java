package io.splitgym.agents.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.agents.cli.EnvironmentOption.Ground;
import io.splitgym.agents.table.RewardTable;
import io.splitgym.cli.DataOption;
import io.splitgym.cli.HiddenStatesOption;
import io.splitgym.cli.ModelsOption;
import io.splitgym.cli.OutputOption;
import io.splitgym.cli.PrecisionOption;
import io.splitgym.cli.WholeFile;
import io.splitgym.registry.SplitInferenceSpec;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes the whole reward as a table. */
@Command(
    name = "reward-table",
    mixinStandardHelpOptions = true,
    description = {
      "Writes the reward R[sigma, m, p] of every split in every channel state of a grid, for bandits"
          + " and offline baselines that need no environment.",
      "",
      "Over the surrogate, or with --measurements over the measured LLM itself. An .npz holds the"
          + " arrays sigma, m, p, reward, ln_ppl, best_split and metadata (JSON), and opens with"
          + " numpy.load; a .csv has a row for each cell, and its metadata beside it in FILE.json."
          + " Under the reward reference, which counts from the episode's start, there is an axis"
          + " start before p, and the channel is that of the start."
    })
final class RewardTableCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NPZ = ".npz";
  private static final String CSV = ".csv";

  private final OpenModels.Opener opener;

  @Mixin private final EnvironmentOption environment = new EnvironmentOption();
  @Mixin private final DataOption data = new DataOption();
  @Mixin private final PrecisionOption precision = new PrecisionOption();
  @Mixin private final HiddenStatesOption hiddenStates = new HiddenStatesOption();
  @Mixin private final ModelsOption models = new ModelsOption();
  @Mixin private final OutputOption output = new OutputOption();

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FILE",
      description = "Where to write the table: a name that ends in .npz or .csv.")
  private Path file = Path.of("");

  @Option(
      names = "--measurements",
      paramLabel = "FILE",
      description =
          "Take ln PPL from these measurements of the LLM, a CSV that the command measure wrote,"
              + " with no surrogate between.")
  private @Nullable Path measurements;

  @Option(
      names = "--sigmas",
      paramLabel = "N",
      defaultValue = "30",
      description =
          "How many values of sigma, evenly spaced over the preset's range (default:"
              + " ${DEFAULT-VALUE}).")
  private int sigmas;

  @Option(
      names = "--ms",
      paramLabel = "N",
      defaultValue = "20",
      description =
          "How many values of m, evenly spaced by ratio over the preset's range (default:"
              + " ${DEFAULT-VALUE}).")
  private int ms;

  RewardTableCommand(OpenModels.Opener opener) {
    this.opener = opener;
  }

  @Override
  public Integer call() throws IOException {
    boolean npz = file.toString().endsWith(NPZ);
    if (!npz && !file.toString().endsWith(CSV)) {
      throw new InvalidValueException("--output", file, "a name that ends in .npz or .csv");
    }
    if (measurements != null) {
      environment.requireNoSurrogates("with --measurements");
    }
    try (OpenModels open =
        opener.open(models, data, precision, hiddenStates, environment.fitted())) {
      Ground ground =
          measurements == null
              ? environment.forPlanning(open.models())
              : environment.measured(measurements);
      RewardTable table = RewardTable.of(ground.model(), ground.parameters(), sigmas, ms);
      Map<String, Object> about = about(ground);
      if (npz) {
        WholeFile.write(file, table.npz(json(about)));
      } else {
        // first, so that no table is without it
        WholeFile.write(Path.of(file + ".json"), json(about) + "\n");
        WholeFile.write(file, table.csv());
      }
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("file", file.toString());
      document.put("sigmas", table.sigma().length);
      document.put("ms", table.m().length);
      document.put("splits", table.splits().length);
      document.put("cells", table.rewards().length);
      document.put("metadata", about);
      output.print(
          document,
          String.format(
              Locale.ROOT,
              "%s: %,d rewards at %d values of sigma, %d of m and %d splits",
              file,
              table.rewards().length,
              table.sigma().length,
              table.m().length,
              table.splits().length));
    }
    return 0;
  }

  private Map<String, Object> about(Ground ground) {
    Map<String, Object> about = new LinkedHashMap<>();
    about.put("format", "splitgym-reward-table");
    about.put("version", 1);
    about.put("spec", SplitInferenceSpec.ID);
    about.put("preset", environment.preset());
    about.put("backend", ground.environment().backend());
    about.put("fingerprint", ground.fingerprint());
    about.put("channel", ground.channel().name());
    about.put("channelParameters", ground.channel().settings());
    about.put("layers", ground.model().layers());
    if (!ground.model().givesRewardTerm()) {
      about.put("cleanLnPpl", ground.model().cleanLogPerplexity());
    }
    about.put("parameters", ground.parameters().settings());
    return about;
  }

  private static String json(Map<String, Object> about) throws JsonProcessingException {
    return JSON.writeValueAsString(about);
  }
}
