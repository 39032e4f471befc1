package io.splitgym.cli;

import io.splitgym.checkpoint.hub.ModelFile;
import io.splitgym.decoder.Precision;
import io.splitgym.decoder.PrecisionTrial;
import io.splitgym.perplexity.LanguageModel;
import io.splitgym.perplexity.LlmBenchmark;
import io.splitgym.perplexity.SplitEvaluator;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A step on the LLM against one full forward pass, and that against other ways to do it. */
@Command(
    name = "llm",
    mixinStandardHelpOptions = true,
    description = {
      "Times a full forward pass of a text in each precision, against plain matrix products of the"
          + " same sizes and, with --peer-python, against transformers on the same weights and"
          + " windows; a step with hidden states kept against that pass; and says what a training"
          + " step costs where the store knows the cells that were visited before.",
      "Medians over the repeats; all in turn in one run."
    })
final class LlmBenchmarkCommand implements Callable<Integer> {
  private static final String PEER_VARIABLE = "PEERS_PYTHON";

  @Spec private CommandSpec command;

  @Mixin private final ModelsOption models = new ModelsOption();
  @Mixin private final TextOption text = new TextOption();
  @Mixin private final WindowsOption windows = new WindowsOption(256, 2048);
  @Mixin private final ThreadsOption threads = new ThreadsOption();
  @Mixin private final HiddenStatesOption hiddenStates = new HiddenStatesOption();
  @Mixin private final OutputOption output = new OutputOption();

  @Option(
      names = "--splits",
      paramLabel = "1,2,5-8",
      defaultValue = "1,5,10,15,20,25,29",
      description = "Splits over which a step is averaged (default: ${DEFAULT-VALUE}).")
  private String splits = "1,5,10,15,20,25,29";

  @Option(
      names = "--repeats",
      paramLabel = "N",
      defaultValue = "5",
      description = "Default: ${DEFAULT-VALUE}.")
  private int repeats = 5;

  @Option(
      names = "--precisions",
      paramLabel = "P",
      split = ",",
      description =
          "Which to time; f32 always is (default: all that this processor has kernels for).")
  private @Nullable List<String> precisions;

  @Option(
      names = "--peer-python",
      paramLabel = "PYTHON",
      description =
          "A Python that has torch, transformers, accelerate and gguf, for the comparison (default:"
              + " that of the variable "
              + PEER_VARIABLE
              + "; without either there is none).")
  private @Nullable String peerPython;

  @Option(
      names = "--walk-steps",
      paramLabel = "N",
      defaultValue = "20000",
      description = "Steps of the walk whose cells are counted (default: ${DEFAULT-VALUE}).")
  private int walkSteps = 20_000;

  @Option(
      names = "--walk-noise-pool",
      paramLabel = "N",
      defaultValue = "4",
      description = "Noise seeds of the walk's environments (default: ${DEFAULT-VALUE}).")
  private int walkNoisePool = 4;

  @Option(
      names = "--walk-on",
      paramLabel = "P",
      split = ",",
      description =
          "Precisions in which the walk is also taken on the LLM itself, an evaluation for each"
              + " cell; hours, unless its steps and the text are few.")
  private List<String> walkOn = List.of();

  @Option(
      names = "--profile",
      description = "Instead: in which operators one thread spends a pass of one batch of windows.")
  private boolean profile;

  /**
   * What {@code --json} prints.
   *
   * @param peer which program it is; null without one
   * @param peerNll what it computed, in nats a token; null without one
   */
  record Report(
      Machine machine,
      LlmBenchmark.Result timed,
      @Nullable String peer,
      @Nullable Double peerNll,
      TrainingWalk walk) {}

  /** What {@code --profile --json} prints. */
  record Profiles(Machine machine, String model, int window, List<Profile> profiles) {}

  /** One precision's pass, by operators. */
  record Profile(String precision, int tokens, OperatorTable table) {}

  @Override
  public Integer call() throws IOException {
    Require.inRange("--walk-steps", walkSteps, 1, 1_000_000);
    Require.inRange("--walk-noise-pool", walkNoisePool, 1, 1_000);
    if (profile) {
      UnusedOptions.refuseNamed(
          command,
          Set.of(
              "--repeats",
              "--splits",
              "--peer-python",
              "--walk-steps",
              "--walk-noise-pool",
              "--walk-on"),
          "with --profile");
    }
    Machine machine = Machine.here();
    List<Precision> wanted = wanted();
    Set<Precision> walked = walked(wanted);
    ModelFile file = models.store().resolve(text.model());
    Map<Precision, LanguageModel> loaded = new EnumMap<>(Precision.class);
    try {
      for (Precision precision : wanted) {
        loaded.put(precision, LlmEvaluators.load(file, precision));
      }
      int deepest = loaded.values().iterator().next().decoder().shape().layers() - 1;
      LlmBenchmark.Plan plan =
          new LlmBenchmark.Plan(
              text.corpus(),
              windows.window(),
              windows.maxTokens(),
              threads.count(),
              IntegerRanges.parse("--splits", splits, 1, deepest).stream().sorted().toList(),
              repeats,
              hiddenStates.bounds());
      if (profile) {
        profile(machine, file, loaded, plan);
      } else {
        time(machine, file, loaded, plan, walked);
      }
      return 0;
    } finally {
      loaded.values().forEach(LanguageModel::close);
    }
  }

  private List<Precision> wanted() {
    if (precisions == null) {
      return List.copyOf(PrecisionTrial.rates().keySet());
    }
    List<Precision> wanted = new ArrayList<>(List.of(Precision.F32));
    for (String name : precisions) {
      Precision precision = Precision.of("--precisions", name);
      if (!wanted.contains(precision)) {
        wanted.add(precision);
      }
    }
    return wanted;
  }

  private Set<Precision> walked(List<Precision> timed) {
    Set<Precision> walked = EnumSet.noneOf(Precision.class);
    for (String name : walkOn) {
      Precision precision = Precision.of("--walk-on", name);
      if (!timed.contains(precision)) {
        throw new InvalidValueException(
            "--walk-on", name, "of those timed: " + timed.stream().map(Precision::text).toList());
      }
      walked.add(precision);
    }
    return walked;
  }

  private void time(
      Machine machine,
      ModelFile file,
      Map<Precision, LanguageModel> loaded,
      LlmBenchmark.Plan plan,
      Set<Precision> walked)
      throws IOException {
    Optional<String> python = python();
    List<TransformersPeer> peers = new ArrayList<>();
    try {
      LlmBenchmark.Result result = timed(file, loaded, plan, python, peers);
      Report report =
          new Report(
              machine,
              result,
              peers.isEmpty() ? null : peers.get(0).description(),
              peers.isEmpty() ? null : peers.get(0).nll(),
              walk(result, loaded, plan, walked));
      output.print(report, text(report));
    } finally {
      peers.forEach(TransformersPeer::close);
    }
  }

  private LlmBenchmark.Result timed(
      ModelFile file,
      Map<Precision, LanguageModel> loaded,
      LlmBenchmark.Plan plan,
      Optional<String> python,
      List<TransformersPeer> peers) {
    try (ProgressLine progress = new ProgressLine("timing", "rounds")) {
      return LlmBenchmark.run(
          loaded,
          plan,
          python.map(
              command ->
                  batches -> {
                    TransformersPeer peer =
                        TransformersPeer.start(command, file.path(), plan.threads(), batches);
                    peers.add(peer);
                    return peer;
                  }),
          done -> progress.update(done, repeats));
    }
  }

  private TrainingWalk walk(
      LlmBenchmark.Result timed,
      Map<Precision, LanguageModel> loaded,
      LlmBenchmark.Plan plan,
      Set<Precision> walked)
      throws IOException {
    Map<String, Supplier<SplitEvaluator>> llms = new HashMap<>();
    loaded.forEach(
        (precision, model) -> {
          if (walked.contains(precision)) {
            llms.put(precision.text(), () -> LlmBenchmark.evaluator(model, plan));
          }
        });
    try (ProgressLine progress = new ProgressLine("walking", "steps")) {
      return TrainingWalk.walk(
          timed,
          walkSteps,
          walkNoisePool,
          llms,
          done -> progress.update(Math.min(done, walkSteps), walkSteps));
    }
  }

  private Optional<String> python() {
    String named = peerPython != null ? peerPython : System.getenv(PEER_VARIABLE);
    if (named == null || named.isBlank()) {
      return Optional.empty();
    }
    if (named.contains("/") && !Files.isExecutable(Path.of(named))) {
      throw new InvalidValueException("--peer-python", named, "a program that can be run");
    }
    return Optional.of(named);
  }

  private void profile(
      Machine machine, ModelFile file, Map<Precision, LanguageModel> loaded, LlmBenchmark.Plan plan)
      throws IOException {
    List<Profile> profiles = new ArrayList<>();
    StringBuilder tables = new StringBuilder(machine.text()).append(String.format("%n%n"));
    for (Map.Entry<Precision, LanguageModel> each : loaded.entrySet()) {
      Path trace = Files.createTempFile("splitgym-trace-", ".json");
      try {
        int tokens = LlmBenchmark.profile(each.getValue(), plan, trace);
        Profile read = new Profile(each.getKey().text(), tokens, OperatorTable.read(trace));
        profiles.add(read);
        tables.append(
            String.format(
                Locale.ROOT,
                "%s, %,d tokens, one thread: %.0f ms in operators%n%s%n%n",
                read.precision(),
                tokens,
                read.table().milliseconds(),
                read.table().text()));
      } finally {
        Files.delete(trace);
      }
    }
    output.print(
        new Profiles(machine, file.name(), plan.window(), profiles),
        tables.toString().stripTrailing());
  }

  private static String text(Report report) {
    LlmBenchmark.Result timed = report.timed();
    StringBuilder text = new StringBuilder(report.machine().text());
    text.append(
        String.format(
            Locale.ROOT,
            "%n%n%-9s %8s %8s %8s %9s %11s %8s %7s %9s",
            "precision",
            "pass s",
            "GFLOP/s",
            "x f32",
            "nll",
            "perplexity",
            "step s",
            "x pass",
            "kept MiB"));
    for (LlmBenchmark.OfPrecision each : timed.precisions()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%n%-9s %8.3f %8.0f %8.2f %9.5f %+9.3f %% %8.3f %7.2f %9.1f",
              each.precision(),
              each.forwardSeconds(),
              each.forwardRate(),
              each.timesFloat32(),
              each.nll(),
              100 * each.perplexityDifference(),
              each.stepSeconds(),
              each.stepSpeedup(),
              each.keptBytes() / (double) (1 << 20)));
    }
    text.append(
        String.format(
            Locale.ROOT,
            "%n%nplain matrix products, f32: %.0f GFLOP/s; f32's pass reaches %.0f %%",
            timed.plainProductsRate(),
            100 * timed.shareOfPlainProducts()));
    Double peerSeconds = timed.peerSeconds();
    if (peerSeconds != null) {
      text.append(
          String.format(
              Locale.ROOT,
              "%n%s, f32: %.3f s a pass; f32 here is %.2f times as fast; nll of the timed text %.6f"
                  + " there, %.6f here",
              report.peer(),
              peerSeconds,
              timed.timesPeer(),
              report.peerNll(),
              timed.timedNll()));
    }
    for (LlmBenchmark.OfPrecision each : timed.precisions()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%n%s: %.1f %% of the processors' time in the kernel, %,d page faults a pass",
              each.precision(),
              100 * each.systemShare(),
              each.pageFaults()));
    }
    TrainingWalk walk = report.walk();
    text.append(
        String.format(
            Locale.ROOT,
            "%n%na walk of %,d steps, %d noise seeds, %d x %d states: %,d cells evaluated, %.1f %%"
                + " from the store; %.3f ms a step beside the LLM",
            walk.steps(),
            walk.options().noisePool(),
            walk.options().sigmaLevels(),
            walk.options().mLevels(),
            walk.evaluated(),
            100 * walk.hitRate(),
            1000 * walk.besideSeconds()));
    for (TrainingWalk.OfPrecision each : walk.precisions()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%n%s: %.3f s a step on average, %.1f times as fast as a pass for each",
              each.precision(),
              each.stepSeconds(),
              each.speedup()));
      TrainingWalk.Walked walked = each.walked();
      if (walked != null) {
        text.append(
            String.format(
                Locale.ROOT,
                "; on the LLM itself %.3f s, %.1f times as fast",
                walked.stepSeconds(),
                walked.speedup()));
      }
    }
    text.append(String.format(Locale.ROOT, "%n%nsplit   seconds a step"));
    for (int i = 0; i < timed.splits().size(); i++) {
      text.append(String.format(Locale.ROOT, "%n%5d", timed.splits().get(i)));
      for (LlmBenchmark.OfPrecision each : timed.precisions()) {
        text.append(
            String.format(Locale.ROOT, "   %s %.3f", each.precision(), each.splitSeconds().get(i)));
      }
    }
    return text.toString();
  }
}
