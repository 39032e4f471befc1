package io.splitgym.agents.cli;

import io.splitgym.agents.cli.EnvironmentOption.Ground;
import io.splitgym.agents.evaluation.BenchmarkSeeds;
import io.splitgym.agents.learning.Algorithms;
import io.splitgym.agents.learning.Learner;
import io.splitgym.agents.modelbased.LoopAlgorithm;
import io.splitgym.agents.modelbased.LoopOptions;
import io.splitgym.agents.modelbased.MeasuredCells;
import io.splitgym.agents.rl4j.DoubleDqn;
import io.splitgym.agents.study.CurveKind;
import io.splitgym.agents.study.CurveStudy;
import io.splitgym.agents.study.LeaderboardEntry;
import io.splitgym.agents.study.LeaderboardStudy;
import io.splitgym.agents.study.Line;
import io.splitgym.agents.study.ModelBasedStudy;
import io.splitgym.agents.study.PerplexityStudy;
import io.splitgym.agents.study.SplitStudy;
import io.splitgym.agents.study.Study;
import io.splitgym.agents.study.StudyOptions;
import io.splitgym.agents.study.SurrogateQualityStudy;
import io.splitgym.agents.study.WireStudy;
import io.splitgym.cli.DataOption;
import io.splitgym.cli.GivenFile;
import io.splitgym.cli.HiddenStatesOption;
import io.splitgym.cli.ModelsOption;
import io.splitgym.cli.OutputOption;
import io.splitgym.cli.PrecisionOption;
import io.splitgym.cli.ProgressLine;
import io.splitgym.cli.SurrogatesOption;
import io.splitgym.cli.ThreadsOption;
import io.splitgym.environment.Preset;
import io.splitgym.measurement.MeasurementCsv;
import io.splitgym.measurement.Measurements;
import io.splitgym.registry.PerplexityModels;
import io.splitgym.surrogate.ShippedSurrogates;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs a whole study. */
@Command(
    name = "study",
    mixinStandardHelpOptions = true,
    description = {
      "Trains agents with many seeds on the surrogate and writes data, figures and a report.",
      "",
      "training-curves: returns while learning, by algorithm and case.",
      "split-against-noise: the split that a trained policy settles on, beside the exact one.",
      "action-spaces: returns while learning, by how far an action may move the split.",
      "leaderboard: where every agent stands in every environment, with entries of your own.",
      "peers: the same beside stable-baselines3, see docs/performance/training.md.",
      "",
      "Others have options of their own; see: study NAME --help.",
      "",
      "A study that was killed goes on where it was when it is started again, and one started again"
          + " with more seeds keeps those it has. The same study gives the same data files, byte for"
          + " byte, on any number of threads."
    },
    subcommands = {
      ModelBasedCommand.class,
      PerplexityStudyCommand.class,
      SurrogateQualityCommand.class,
      WireStudyCommand.class
    })
final class StudyCommand implements Callable<Integer> {
  private static final List<String> STUDIES =
      List.of(
          CurveKind.TRAINING_CURVES.text(),
          SplitStudy.NAME,
          CurveKind.ACTION_SPACES.text(),
          LeaderboardStudy.NAME,
          CurveKind.PEERS.text(),
          ModelBasedStudy.NAME,
          PerplexityStudy.NAME,
          SurrogateQualityStudy.NAME,
          WireStudy.NAME);
  private static final String ALL_NOISE = "A";
  private static final int USUAL_ACTIONS = 5;
  private static final double USUAL_SHAPE = 1;
  private static final int USUAL_SIGMAS = 30;
  private static final int MOST_ACTIONS = 9;
  private static final long STEPS_OF_DOUBLE_DQN = 2_000;

  private final OpenModels.Opener opener;

  @Mixin private final DataOption data = new DataOption();
  @Mixin private final PrecisionOption precision = new PrecisionOption();
  @Mixin private final HiddenStatesOption hiddenStates = new HiddenStatesOption();
  @Mixin private final ModelsOption models = new ModelsOption();
  @Mixin private final RulesOption rules = new RulesOption();
  @Mixin private final SurrogatesOption surrogates = new SurrogatesOption();
  @Mixin private final OutputOption output = new OutputOption();
  @Mixin private final StudyFolderOption folder = new StudyFolderOption();
  @Mixin private final ThreadsOption threads = new ThreadsOption();

  @Parameters(
      arity = "0..1",
      paramLabel = "STUDY",
      description = "training-curves, split-against-noise, action-spaces, leaderboard or peers.")
  private @Nullable String study;

  @Option(
      names = "--agents",
      paramLabel = "NAME",
      split = ",",
      description =
          "Algorithms, as train knows them (default: ppo,a2c,dqn for training-curves, peers and"
              + " leaderboard, the latter with double-dqn and model-based-ppo, else ppo)."
              + " model-based-ppo is the active loop, which trains ppo on what it predicts from 65 evaluations of the"
              + " LLM.")
  private List<String> agents = List.of();

  @Option(
      names = "--presets",
      paramLabel = "ID",
      split = ",",
      description =
          "Cases (default: L,H,A for training-curves, all for leaderboard, reference for peers,"
              + " else A).")
  private List<String> presets = List.of();

  @Option(
      names = "--actions",
      paramLabel = "N",
      split = ",",
      description = "3, 5, 7 or 9 (default: 3,5,7,9 for action-spaces, 9 for peers, else 5).")
  private List<Integer> actions = List.of();

  @Option(
      names = "--channel",
      paramLabel = "NAME",
      description = "fading-awgn or erasure (default: the one that each preset is meant for).")
  private @Nullable String channel;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "240000",
      description =
          "Steps of training for each seed (default: ${DEFAULT-VALUE}, as many as the released code"
              + " of Chen et al. takes on its surrogate).")
  private long steps;

  @Option(
      names = "--steps-of",
      paramLabel = "AGENT=N",
      split = ",",
      description =
          "Of leaderboard: other steps for some agents (default: double-dqn=2000, which makes some"
              + " 150 steps a second).")
  private @Nullable Map<String, Long> stepsOf;

  @Option(
      names = "--entries",
      paramLabel = "FILE",
      description =
          "Of leaderboard: a CSV of agents that were trained elsewhere, with the columns"
              + " environment,agent,seed,steps,llmEvaluations,return; the return is the mean over"
              + " the episodes in test-episodes.csv. May be given several times.")
  private List<Path> entries = List.of();

  @Option(
      names = "--seed",
      paramLabel = "K",
      defaultValue = "" + BenchmarkSeeds.FIRST_TRAINING_SEED,
      description = "The first seed of training (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "" + BenchmarkSeeds.TRAINING_SEEDS,
      description = "Train N times, with the seeds K, K+1, ... (default: ${DEFAULT-VALUE}).")
  private int seeds;

  @Option(
      names = "--evaluations",
      paramLabel = "N",
      defaultValue = "30",
      description = "How often a policy is evaluated while it learns (default: ${DEFAULT-VALUE}).")
  private int evaluations;

  @Option(
      names = "--episodes",
      paramLabel = "N",
      defaultValue = "" + BenchmarkSeeds.TEST_EPISODES,
      description = "Test episodes of each evaluation (default: ${DEFAULT-VALUE}).")
  private int episodes;

  @Option(
      names = "--evaluation-seed",
      paramLabel = "K",
      defaultValue = "" + BenchmarkSeeds.TEST_SEED,
      description = "Fixes the test episodes (default: ${DEFAULT-VALUE}).")
  private long evaluationSeed;

  @Option(
      names = "--m",
      paramLabel = "M",
      description = "Of split-against-noise: the Nakagami shape (default: 1).")
  private @Nullable Double shape;

  @Option(
      names = "--sigmas",
      paramLabel = "N",
      description = "Of split-against-noise: how many noise intensities (default: 30).")
  private @Nullable Integer sigmas;

  @Option(
      names = "--hyperparameters",
      paramLabel = "FILE",
      description = "A YAML file of hyperparameters, with a single agent.")
  private @Nullable Path hyperparameterFile;

  StudyCommand(OpenModels.Opener opener) {
    this.opener = opener;
  }

  @Override
  public Integer call() throws IOException {
    StudyOptions options =
        new StudyOptions(
            steps,
            seed,
            seeds,
            // a leaderboard looks at the end alone
            study().equals(LeaderboardStudy.NAME) ? 1 : evaluations,
            episodes,
            evaluationSeed,
            threads.count());
    requireOnly(LeaderboardStudy.NAME, "--steps-of", stepsOf);
    requireOnly(LeaderboardStudy.NAME, "--entries", entries.isEmpty() ? null : entries);
    requireOnly(SplitStudy.NAME, "--m", shape);
    requireOnly(SplitStudy.NAME, "--sigmas", sigmas);
    try (OpenModels open =
            opener.open(models, data, precision, hiddenStates, surrogates.readFor(channels()));
        ProgressLine progress = new ProgressLine("training", "steps")) {
      List<Line> lines = lines(open.models());
      StudyOutput.print(
          output, chosen(lines).write(folder.of(study()), lines, options, progress::update));
    }
    return 0;
  }

  private String study() {
    if (study == null || !STUDIES.contains(study)) {
      throw new InvalidValueException(
          "study", study == null ? "left out" : study, "one of " + String.join(", ", STUDIES));
    }
    return study;
  }

  /** Refuses what another study has no use for. */
  private void requireOnly(String of, String option, @Nullable Object value) {
    if (value != null && !study().equals(of)) {
      throw new InvalidValueException(option, value, "left out unless the study is " + of);
    }
  }

  private Study chosen(List<Line> lines) throws IOException {
    return switch (study()) {
      case SplitStudy.NAME ->
          new SplitStudy(
              shape == null ? USUAL_SHAPE : shape, sigmas == null ? USUAL_SIGMAS : sigmas);
      case LeaderboardStudy.NAME -> leaderboard(lines);
      default -> new CurveStudy(CurveKind.ofText(study()));
    };
  }

  private Study leaderboard(List<Line> lines) throws IOException {
    List<LeaderboardEntry> given = new ArrayList<>();
    for (Path file : entries) {
      given.addAll(
          GivenFile.read(
              "--entries",
              file,
              "a CSV of entries",
              there -> LeaderboardEntry.read(Files.readString(there))));
    }
    Map<String, Long> others = new LinkedHashMap<>();
    if (stepsOf != null) {
      others.putAll(stepsOf);
    } else if (lines.stream().anyMatch(line -> line.label().equals(DoubleDqn.NAME))) {
      others.put(DoubleDqn.NAME, STEPS_OF_DOUBLE_DQN);
    }
    Map<String, Long> evaluations = new LinkedHashMap<>();
    if (surrogates.areShipped()) {
      for (Line line : lines) {
        evaluations.put(line.panel(), ShippedMeasurements.count(channel(line.panel())));
      }
    }
    return new LeaderboardStudy(others, evaluations, given);
  }

  private Set<String> channels() {
    return cases().stream().map(this::channel).collect(Collectors.toSet());
  }

  private String channel(String preset) {
    return channel != null ? channel : Preset.ofId(preset).channel();
  }

  private List<Line> lines(PerplexityModels from) throws IOException {
    boolean peers = study().equals(CurveKind.PEERS.text());
    boolean curves = study().equals(CurveKind.TRAINING_CURVES.text());
    boolean spaces = study().equals(CurveKind.ACTION_SPACES.text());
    boolean table = study().equals(LeaderboardStudy.NAME);
    List<String> algorithms = !agents.isEmpty() ? agents : usualAgents(curves || peers, table);
    List<Integer> counts =
        !actions.isEmpty()
            ? actions
            : spaces ? List.of(3, 5, 7, 9) : List.of(peers ? MOST_ACTIONS : USUAL_ACTIONS);
    if (hyperparameterFile != null && algorithms.size() > 1) {
      throw new InvalidValueException(
          "--hyperparameters", hyperparameterFile, "left out with several agents");
    }
    Map<String, Object> changed =
        hyperparameterFile == null ? Map.of() : HyperparameterFile.read(hyperparameterFile);
    List<Line> lines = new ArrayList<>();
    for (String preset : distinct("--presets", cases())) {
      for (int count : distinct("--actions", counts)) {
        Ground ground =
            EnvironmentOption.onSurrogate(preset, rules.overrides(count), channel, from);
        for (String algorithm : distinct("--agents", algorithms)) {
          Learner<?> learner = learner(algorithm, preset, ground, changed);
          lines.add(
              new Line(
                  preset,
                  label(algorithm, algorithms.size(), count, counts.size(), spaces),
                  ground.model(),
                  ground.fingerprint(),
                  ground.parameters(),
                  learner));
        }
      }
    }
    return lines;
  }

  private Learner<?> learner(
      String algorithm, String preset, Ground ground, Map<String, Object> changed) {
    if (!algorithm.startsWith(LoopAlgorithm.PREFIX)) {
      return Algorithms.named(algorithm).learner(Preset.ofId(preset), changed);
    }
    if (!surrogates.areShipped()) {
      throw new InvalidValueException(
          "--agents",
          algorithm,
          "left out with surrogates of your own: it asks the measurements of the shipped ones");
    }
    Measurements measured =
        MeasurementCsv.read(ShippedSurrogates.measurements(ground.channel().name()));
    return new LoopAlgorithm(
            MeasuredCells.of(measured),
            MeasurementCsv.hash(measured),
            ground.parameters(),
            Algorithms.named(algorithm.substring(LoopAlgorithm.PREFIX.length()))
                .learner(Preset.ofId(preset), changed),
            LoopOptions.DEFAULT)
        .learner();
  }

  private List<String> usualAgents(boolean curves, boolean table) {
    if (table) {
      List<String> usual = new ArrayList<>(List.of("ppo", "a2c", "dqn", DoubleDqn.NAME));
      if (surrogates.areShipped()) {
        usual.add(LoopAlgorithm.PREFIX + "ppo");
      }
      return usual;
    }
    return curves ? List.of("ppo", "a2c", "dqn") : List.of("ppo");
  }

  /** The presets that were asked for, or the study's usual ones. */
  private List<String> cases() {
    if (!presets.isEmpty()) {
      return presets;
    }
    if (study().equals(LeaderboardStudy.NAME)) {
      return Arrays.stream(Preset.values()).map(Preset::id).toList();
    }
    if (study().equals(CurveKind.PEERS.text())) {
      return List.of("reference");
    }
    return study().equals(CurveKind.TRAINING_CURVES.text())
        ? List.of("L", "H", ALL_NOISE)
        : List.of(ALL_NOISE);
  }

  /** What tells a line from the others of its panel. */
  private static String label(
      String algorithm, int algorithms, int actions, int counts, boolean spaces) {
    String number = actions + " actions";
    if (spaces) {
      return algorithms > 1 ? algorithm + " " + number : number;
    }
    return counts > 1 ? algorithm + " " + number : algorithm;
  }

  private static <T> List<T> distinct(String option, List<T> values) {
    if (values.stream().distinct().count() < values.size()) {
      throw new InvalidValueException(option, values, "without repetition");
    }
    return values;
  }
}
