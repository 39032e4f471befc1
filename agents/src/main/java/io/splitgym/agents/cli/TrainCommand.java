package io.splitgym.agents.cli;

import io.splitgym.agents.cli.EnvironmentOption.Ground;
import io.splitgym.agents.evaluation.BenchmarkSeeds;
import io.splitgym.agents.evaluation.Bootstrap;
import io.splitgym.agents.evaluation.Comparison;
import io.splitgym.agents.evaluation.Episodes;
import io.splitgym.agents.evaluation.Interval;
import io.splitgym.agents.learning.Algorithms;
import io.splitgym.agents.learning.Learner;
import io.splitgym.agents.learning.Training;
import io.splitgym.agents.optimal.OptimalAgent;
import io.splitgym.agents.optimal.Optimum;
import io.splitgym.agents.optimal.StartReturns;
import io.splitgym.agents.policy.Agent;
import io.splitgym.agents.policy.GreedyPolicy;
import io.splitgym.agents.policy.LearnedPolicy;
import io.splitgym.agents.policy.Policy;
import io.splitgym.agents.policy.RandomPolicy;
import io.splitgym.agents.policy.StayPolicy;
import io.splitgym.agents.rl4j.DoubleDqn;
import io.splitgym.cli.DataOption;
import io.splitgym.cli.HiddenStatesOption;
import io.splitgym.cli.ModelsOption;
import io.splitgym.cli.OutputOption;
import io.splitgym.cli.PrecisionOption;
import io.splitgym.cli.ProgressLine;
import io.splitgym.environment.Environment;
import io.splitgym.environment.Preset;
import io.splitgym.registry.PerplexityModels;
import io.splitgym.space.Discrete;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains an agent and says how good it became. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = {
      "Trains an agent in process and compares its return with random actions, always staying and"
          + " the exact optimum, in the same episodes.",
      "",
      "The optimum is found by dynamic programming over the surrogate; it knows the time left and"
          + " the start's state, which the observation doesn't show. Where the channel's course is"
          + " random, the optimum plans over a grid, and optimum and random actions are as played"
          + " under the courses that all agents meet; optimalReturnError tells by how much the plan"
          + " may be off. The score is 0 for random and 1 for optimal, and null where the two are"
          + " equal."
          + " Intervals are 95 %% bootstrap intervals over training seeds and episodes."
    })
final class TrainCommand implements Callable<Integer> {
  private static final double NANOS = 1e9;
  private static final String DEFAULT = DoubleDqn.NAME;
  private static final int MOST_THREADS = 64;

  private final OpenModels.Opener opener;

  @Mixin private final EnvironmentOption environment = new EnvironmentOption();
  @Mixin private final DataOption data = new DataOption();
  @Mixin private final PrecisionOption precision = new PrecisionOption();
  @Mixin private final HiddenStatesOption hiddenStates = new HiddenStatesOption();
  @Mixin private final ModelsOption models = new ModelsOption();
  @Mixin private final OutputOption output = new OutputOption();
  @Mixin private final AddedEnvironmentOption added = new AddedEnvironmentOption();
  @Mixin private final LlmOption llm = new LlmOption();

  @Option(
      names = "--agent",
      paramLabel = "NAME",
      defaultValue = DEFAULT,
      description =
          "ppo, a2c, dqn, double-dqn, rl4j-a2c, rl4j-ppo, or one of your own on the class path (default:"
              + " ${DEFAULT-VALUE}).")
  private String agent = DEFAULT;

  @Option(
      names = "--evaluate-on",
      paramLabel = "NAME",
      description = "llm: evaluate on the LLM itself too.")
  private @Nullable String evaluateOn;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Steps of training for each seed (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--seed",
      paramLabel = "K",
      defaultValue = "" + BenchmarkSeeds.FIRST_TRAINING_SEED,
      description = "The first seed of training (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "1",
      description = "Train N times, with the seeds K, K+1, ... (default: ${DEFAULT-VALUE}).")
  private int seeds;

  @Option(
      names = "--episodes",
      paramLabel = "N",
      defaultValue = "500",
      description = "Episodes of the evaluation (default: ${DEFAULT-VALUE}).")
  private int episodes;

  @Option(
      names = "--llm-episodes",
      paramLabel = "N",
      defaultValue = "3",
      description = "Episodes of the evaluation on the LLM (default: ${DEFAULT-VALUE}).")
  private int llmEpisodes;

  @Option(
      names = "--evaluation-seed",
      paramLabel = "K",
      defaultValue = "" + BenchmarkSeeds.TEST_SEED,
      description = "Fixes the episodes of the evaluation (default: ${DEFAULT-VALUE}).")
  private long evaluationSeed;

  @Option(
      names = "--measurements",
      paramLabel = "FILE",
      description =
          "Evaluate over these measurements of the LLM too, a CSV that the command measure wrote:"
              + " score and regret against the measured LLM's own optimum.")
  private @Nullable Path measurements;

  @Option(
      names = "--hyperparameter",
      paramLabel = "NAME=VALUE",
      description =
          "Such as learningRate=1e-3 or hiddenUnits=64,64; may be given several times. --json tells"
              + " them all.")
  private Map<String, String> hyperparameterTexts = Map.of();

  @Option(
      names = "--hyperparameters",
      paramLabel = "FILE",
      description = "A YAML file of hyperparameters; --hyperparameter goes before it.")
  private @Nullable Path hyperparameterFile;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "How many threads a training may use; the policy doesn't depend on it (default: the"
              + " processors).")
  private int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());

  @Option(
      names = "--stochastic",
      description =
          "Evaluate by drawing actions from the policies' probabilities; without it they take their"
              + " most probable action.")
  private boolean stochastic;

  @Option(
      names = "--compare",
      paramLabel = "NAME|FILE",
      split = ",",
      description = "Who else plays the same episodes: " + NamedAgent.NAMES + ".")
  private List<String> compared = List.of();

  @Option(
      names = "--save",
      paramLabel = "FILE",
      description = "Keep the first seed's policy as safetensors, for: play --policy FILE.")
  private @Nullable Path save;

  TrainCommand(OpenModels.Opener opener) {
    this.opener = opener;
  }

  @Override
  public Integer call() throws IOException {
    if (evaluateOn != null && !evaluateOn.equals(EnvironmentOption.LLM)) {
      throw new InvalidValueException("--evaluate-on", evaluateOn, EnvironmentOption.LLM);
    }
    Require.positive("--steps", steps);
    Require.positive("--seeds", seeds);
    Require.positive("--episodes", episodes);
    Require.positive("--llm-episodes", llmEpisodes);
    Require.inRange("--threads", threads, 1, MOST_THREADS);
    Require.followed("--seed", seed, seeds);
    added.requireWhole();
    Learner<?> learner =
        Algorithms.named(agent).learner(Preset.ofId(environment.preset()), hyperparameters());
    if (added.id() != null) {
      llm.requireNone("with --env");
      return trainOnAdded(added.id(), learner);
    }
    if (environment.onSurrogate() && evaluateOn == null) {
      llm.requireNone("without --backend llm or --evaluate-on llm");
    }
    Map<String, Object> told = llm.parameters(models);
    try (OpenModels open =
        opener.open(models, data, precision, hiddenStates, environment.fitted())) {
      Ground ground = environment.chosen(open.models(), told);
      Ground planning =
          environment.onMean() ? ground : environment.forPlanning(ground, open.models());
      // all before the training, which what is wrong with one of them mustn't cost
      List<Table> tables = tables(ground, planning, open.models(), told);
      KeptPolicy.requireWritable(save);
      long start = System.nanoTime();
      List<Policy> policies = train(ground::another, learner);
      double seconds = (System.nanoTime() - start) / NANOS;
      KeptPolicy.write(save, agent, policies.get(0), about(ground, learner));
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("agent", agent);
      document.put("backend", environment.backend());
      document.put("fingerprint", ground.fingerprint());
      document.put("preset", environment.preset());
      document.put("channel", ground.channel().name());
      document.put("channelParameters", ground.channel().settings());
      document.put("reward", ground.parameters().reward().settings());
      document.put("actions", environment.actions());
      document.put("evaluation", stochastic ? "stochastic" : "greedy");
      document.put("steps", steps);
      document.put("seeds", LongStream.range(seed, seed + seeds).toArray());
      document.put("seconds", seconds);
      document.put("stepsPerSecond", (double) steps * seeds / seconds);
      String heading =
          String.format(
              Locale.ROOT,
              "%s on the %s: preset %s, %s, %d actions; %,d steps for each of %d seeds in %.1f s",
              agent,
              environment.backend(),
              environment.preset(),
              ground.channel().name(),
              environment.actions(),
              steps,
              seeds,
              seconds);
      StringBuilder text = new StringBuilder(heading);
      for (Table table : tables) {
        table.fill(policies, document, text);
      }
      document.put("hyperparameters", learner.hyperparameters());
      document.put("policy", save == null ? null : save.toString());
      output.print(document, text.toString());
    }
    return 0;
  }

  /** Who is evaluated where, with everybody who is to play there. */
  private List<Table> tables(
      Ground ground, Ground planning, PerplexityModels models, Map<String, Object> told)
      throws IOException {
    Episodes many = new Episodes(evaluationSeed, episodes);
    List<Table> tables = new ArrayList<>();
    if (environment.onSurrogate()) {
      tables.add(new Table(ground, planning, many));
    }
    if (!environment.onSurrogate() || evaluateOn != null) {
      Ground real = ground;
      if (environment.onSurrogate()) {
        real = environment.onLlm(models, told);
        EnvironmentOption.requireOfOneModel(planning, real);
      }
      tables.add(new Table(real, planning, new Episodes(evaluationSeed, llmEpisodes)));
    }
    if (measurements != null) {
      Ground measured = environment.measured(measurements);
      tables.add(new Table(measured, measured, many));
    }
    return tables;
  }

  private Map<String, Object> hyperparameters() throws IOException {
    Map<String, Object> given = new LinkedHashMap<>();
    if (hyperparameterFile != null) {
      given.putAll(HyperparameterFile.read(hyperparameterFile));
    }
    given.putAll(hyperparameterTexts);
    return given;
  }

  /** In an environment that knows nothing of surrogates, splits or an optimum. */
  private int trainOnAdded(String id, Learner<?> learner) throws IOException {
    if (!compared.isEmpty() || evaluateOn != null || measurements != null) {
      throw new InvalidValueException(
          "--env",
          id,
          "left out with --compare, --evaluate-on and --measurements: those play split inference");
    }
    environment.requireNoSurrogates("with --env");
    KeptPolicy.requireWritable(save);
    Supplier<Environment> maker = added.maker();
    long start = System.nanoTime();
    List<Policy> policies = train(maker, learner);
    double seconds = (System.nanoTime() - start) / NANOS;
    KeptPolicy.write(
        save,
        agent,
        policies.get(0),
        Map.of(
            "spec", id,
            "steps", steps,
            "seed", seed,
            "hyperparameters", learner.hyperparameters()));
    Episodes played = new Episodes(evaluationSeed, episodes);
    double[] random;
    double[][] learned = new double[policies.size()][];
    try (Environment environment = maker.get()) {
      if (!(environment.actionSpace() instanceof Discrete actions)) {
        throw new InvalidValueException("action space", environment.actionSpace(), "Discrete");
      }
      random = played.returns(environment, new RandomPolicy(actions.n()), done -> {});
      for (int i = 0; i < learned.length; i++) {
        learned[i] = played.returns(environment, evaluated(policies.get(i)), done -> {});
      }
    }
    Comparison comparison =
        Comparison.withRandom(learned, random, Bootstrap.ofSeed(evaluationSeed));
    Interval mean = comparison.meanReturn();
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("agent", agent);
    document.put("spec", id);
    document.put("evaluation", stochastic ? "stochastic" : "greedy");
    document.put("steps", steps);
    document.put("seeds", LongStream.range(seed, seed + seeds).toArray());
    document.put("seconds", seconds);
    document.put("stepsPerSecond", (double) steps * seeds / seconds);
    document.put("episodes", played.count());
    document.put("return", mean);
    document.put("returns", Arrays.stream(learned).mapToDouble(Comparison::mean).toArray());
    document.put("randomReturn", Comparison.mean(random));
    document.put("hyperparameters", learner.hyperparameters());
    document.put("policy", save == null ? null : save.toString());
    output.print(
        document,
        String.format(
            Locale.ROOT,
            "%s in %s: %,d steps for each of %d seeds in %.1f s%nreturn %.3f [%.3f, %.3f] over %d"
                + " episodes; random actions %.3f",
            agent,
            id,
            steps,
            seeds,
            seconds,
            mean.mean(),
            mean.low(),
            mean.high(),
            played.count(),
            Comparison.mean(random)));
    return 0;
  }

  /** How policies act where they are evaluated. */
  private Agent evaluated(Policy policy) {
    return stochastic ? policy : new GreedyPolicy(policy);
  }

  private List<Policy> train(Supplier<? extends Environment> environments, Learner<?> learner) {
    List<Policy> policies = new ArrayList<>();
    try (ProgressLine progress = new ProgressLine("training", "steps")) {
      long total = (long) steps * seeds;
      for (int i = 0; i < seeds; i++) {
        long before = (long) steps * i;
        policies.add(
            learner.train(
                new Training(
                    environments,
                    steps,
                    seed + i,
                    threads,
                    done -> progress.update(before + done, total))));
      }
    }
    return policies;
  }

  private Map<String, Object> about(Ground ground, Learner<?> learner) {
    return Map.of(
        "backend", environment.backend(),
        "fingerprint", ground.fingerprint(),
        "preset", environment.preset(),
        "channel", ground.channel().description(),
        "actions", environment.actions(),
        "reward", ground.parameters().reward().settings(),
        "steps", steps,
        "seed", seed,
        "hyperparameters", learner.hyperparameters());
  }

  /** The trained policies beside the baselines. */
  private final class Table {
    private final Ground ground;
    private final Ground planning;
    private final Episodes played;
    private final List<Agent> others = new ArrayList<>();

    /**
     * @throws InvalidValueException naming somebody compared who can't play there
     */
    Table(Ground ground, Ground planning, Episodes played) throws IOException {
      this.ground = ground;
      this.planning = planning;
      this.played = played;
      for (String name : compared) {
        others.add(NamedAgent.of("--compare", name, ground, () -> planning));
      }
    }

    /** What was played on the surrogate is told at the top, on anything else under its name. */
    void fill(List<Policy> policies, Map<String, Object> document, StringBuilder text) {
      String on = ground.environment().backend();
      if (on.equals(EnvironmentOption.SURROGATE)) {
        play(policies, document, text);
      } else {
        Map<String, Object> there = new LinkedHashMap<>();
        there.put("fingerprint", ground.fingerprint());
        play(policies, there, text);
        document.put(on, there);
      }
    }

    private void play(List<Policy> policies, Map<String, Object> document, StringBuilder text) {
      boolean exact = ground.model() == planning.model();
      Optimum optimum = Optimum.of(planning.model(), planning.parameters());
      StartReturns means;
      double[] random = {};
      List<StartReturns> anchors = List.of();
      double[][] learned = new double[policies.size()][];
      double[][] ofOthers = new double[others.size()][];
      try (ProgressLine progress = new ProgressLine("evaluating", "episodes")) {
        int playing = policies.size() + others.size() + (exact ? 0 : 3);
        Counter counter = new Counter(progress, (long) played.count() * playing);
        if (exact) {
          anchors = played.anchors(ground.environment(), optimum);
          means = StartReturns.mean(anchors);
        } else {
          // each step is one draw of the LLM's noise, so what random actions return is played too
          random = returns(ground, played, new RandomPolicy(environment.actions()), counter);
          means =
              new StartReturns(
                  Comparison.mean(returns(ground, played, planner(), counter)),
                  Comparison.mean(
                      returns(ground, played, new StayPolicy(environment.actions()), counter)),
                  Comparison.mean(random));
        }
        for (int i = 0; i < learned.length; i++) {
          learned[i] = returns(ground, played, evaluated(policies.get(i)), counter);
        }
        for (int i = 0; i < ofOthers.length; i++) {
          Agent other = others.get(i);
          ofOthers[i] =
              returns(
                  ground,
                  played,
                  other instanceof LearnedPolicy one ? evaluated(one) : other,
                  counter);
        }
      }
      Bootstrap bootstrap = Bootstrap.ofSeed(evaluationSeed);
      Comparison comparison =
          exact
              ? Comparison.between(learned, anchors, bootstrap)
              : Comparison.withRandom(learned, random, bootstrap);
      Interval mean = comparison.meanReturn();
      document.put("episodes", played.count());
      document.put("return", mean);
      document.put("returns", Arrays.stream(learned).mapToDouble(Comparison::mean).toArray());
      comparison
          .deviationOverSeeds()
          .ifPresent(value -> document.put("returnDeviationOverSeeds", value));
      document.put("randomReturn", means.random());
      document.put("stayReturn", means.alwaysStay());
      text.append(
          String.format(
              Locale.ROOT,
              "%n%n%s, %d episodes of %d steps; SHA-256 %s%n%-24s %9s   %-18s %s",
              switch (ground.environment().backend()) {
                case EnvironmentOption.SURROGATE -> "On the surrogate";
                case EnvironmentOption.MEASUREMENTS -> "On the measured LLM";
                default -> "On the LLM itself";
              },
              played.count(),
              ground.parameters().episodeSteps(),
              ground.fingerprint(),
              "",
              "return",
              "95 % interval",
              exact ? "score" : ""));
      row(text, "random", means.random());
      row(text, "always stay", means.alwaysStay());
      Map<String, Double> returned = new LinkedHashMap<>();
      for (int i = 0; i < ofOthers.length; i++) {
        returned.put(compared.get(i), Comparison.mean(ofOthers[i]));
        row(text, compared.get(i), Comparison.mean(ofOthers[i]));
      }
      document.put("compared", returned);
      row(text, agent, mean);
      if (exact) {
        Interval score = comparison.normalizedScore();
        document.put("optimalReturn", means.optimal());
        document.put("optimalReturnError", played.error(ground.environment(), optimum));
        document.put("normalizedScore", score.mean());
        document.put("normalizedScoreInterval", score);
        document.put("regret", comparison.regret());
        text.append(
            Double.isNaN(score.mean())
                ? " undefined, as no action matters"
                : String.format(
                    Locale.ROOT, " %.3f [%.3f, %.3f]", score.mean(), score.low(), score.high()));
        row(text, "exact optimum", means.optimal());
      } else {
        document.put("surrogatePlanReturn", means.optimal());
        document.put("surrogatePlanFingerprint", planning.fingerprint());
        row(text, "the surrogate's optimum", means.optimal());
      }
    }

    private OptimalAgent planner() {
      return new OptimalAgent(
          Optimum.of(planning.model(), planning.parameters()), planning.parameters());
    }

    private static double[] returns(Ground ground, Episodes played, Agent agent, Counter counter) {
      return played.returns(ground.environment(), agent, done -> counter.another());
    }

    private static void row(StringBuilder text, String name, double value) {
      text.append(String.format(Locale.ROOT, "%n%-24s %9.3f", name, value));
    }

    private static void row(StringBuilder text, String name, Interval value) {
      String interval = String.format(Locale.ROOT, "[%.3f, %.3f]", value.low(), value.high());
      text.append(
          String.format(Locale.ROOT, "%n%-24s %9.3f   %-18s", name, value.mean(), interval));
    }
  }

  /** Counts episodes into the progress line. */
  private static final class Counter {
    private final ProgressLine progress;
    private final long total;
    private long done;

    Counter(ProgressLine progress, long total) {
      this.progress = progress;
      this.total = total;
    }

    void another() {
      progress.update(++done, total);
    }
  }
}
