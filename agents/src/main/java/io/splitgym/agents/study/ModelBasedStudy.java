package io.splitgym.agents.study;

import io.splitgym.agents.evaluation.Bootstrap;
import io.splitgym.agents.evaluation.Comparison;
import io.splitgym.agents.evaluation.Episodes;
import io.splitgym.agents.evaluation.Interval;
import io.splitgym.agents.learning.Learner;
import io.splitgym.agents.modelbased.ActiveLoop;
import io.splitgym.agents.modelbased.Cell;
import io.splitgym.agents.modelbased.DrawnCells;
import io.splitgym.agents.modelbased.ExpectedCells;
import io.splitgym.agents.modelbased.Ledger;
import io.splitgym.agents.modelbased.LoopOptions;
import io.splitgym.agents.modelbased.MeasuredCells;
import io.splitgym.agents.optimal.Optimum;
import io.splitgym.agents.optimal.StartReturns;
import io.splitgym.agents.policy.GreedyPolicy;
import io.splitgym.channel.ShortestDecimal;
import io.splitgym.cli.WholeFile;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.figure.FigureFiles;
import io.splitgym.fitting.FitOptions;
import io.splitgym.fitting.SurrogateFit;
import io.splitgym.measurement.MeasurementCsv;
import io.splitgym.measurement.Measurements;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.PerplexityModel;
import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The same algorithm trained on the LLM itself, on a surrogate of the wholly measured LLM, and by
 * the active loop, with cells chosen by its ensemble or at random: the return on the LLM against
 * the evaluations of the LLM and the time that it took.
 *
 * <p>Every evaluation comes from measurements of the whole grid, which give the exact optimum too,
 * and each arm's ledger counts what it would have had to measure. All data files but those of
 * times, {@code times.csv} and {@code seed-K.times.csv}, are the same for the same measurements and
 * options, byte for byte.
 */
public final class ModelBasedStudy {
  public static final String NAME = "model-based";

  private static final String BACKEND = "llm";
  private static final String LLM_STEPS = "llmSteps";
  private static final String MODEL_STEPS = "modelSteps";
  private static final String EVALUATIONS = "llmEvaluations";
  private static final List<String> COUNTS =
      List.of(EVALUATIONS, LLM_STEPS, MODEL_STEPS, LearningCurve.RETURN);

  private static final String LLM_SECONDS = "llmSeconds";
  private static final String WITHOUT_STORE = "llmSecondsWithoutStore";
  private static final String FIT_SECONDS = "fitSeconds";
  private static final String TRAIN_SECONDS = "trainSeconds";
  private static final List<String> TIMES =
      List.of(LLM_SECONDS, WITHOUT_STORE, FIT_SECONDS, TRAIN_SECONDS);

  private static final double GOOD = 0.85;
  private static final double NANOS = 1e9;
  private static final double PAPERS_RATIO = 24 * 24 * 60 / 7.7;

  /** How an agent comes by its policy. */
  enum Arm {
    LLM("on the LLM"),
    SURROGATE("on the surrogate"),
    UNSURE("in the active loop"),
    RANDOM("in a loop of random cells");

    private final String text;

    Arm(String text) {
      this.text = text;
    }

    String folder() {
      return name().toLowerCase(Locale.ROOT);
    }

    boolean isLoop() {
      return this == UNSURE || this == RANDOM;
    }
  }

  /**
   * What is studied.
   *
   * @param measurements of the whole grid, every split at every level
   * @param measuredNow how many of them were measured by this very command; the report tells
   * @param parameters of the environment
   * @param learner that every arm trains
   * @param loop of the active loop
   * @param fit of the surrogate; its seed is the run's
   */
  public record Setting(
      Measurements measurements,
      int measuredNow,
      SplitInferenceParameters parameters,
      Learner<?> learner,
      LoopOptions loop,
      FitOptions fit) {}

  private record ArmTask(Arm arm, Map<String, Object> settings) implements Task {
    @Override
    public String folder() {
      return arm.folder();
    }
  }

  private final Path folder;
  private final Setting setting;
  private final StudyOptions options;
  private final MeasuredCells cells;
  private final PerplexityModel truth;

  private ModelBasedStudy(Path folder, Setting setting, StudyOptions options) {
    this.folder = folder;
    this.setting = setting;
    this.options = options;
    this.cells = MeasuredCells.of(setting.measurements());
    this.truth = new ExpectedCells(cells.values());
  }

  /**
   * Runs what isn't run yet, and writes data, figures and {@code report.html}.
   *
   * @param folder of the study; runs in it are kept
   * @throws io.splitgym.validation.InvalidValueException if the folder holds runs of other
   *     settings, or a cell of the grid is missing
   */
  public static Study.Result write(
      Path folder, Setting setting, StudyOptions options, Progress progress) throws IOException {
    return new ModelBasedStudy(folder, setting, options).write(progress);
  }

  private Study.Result write(Progress progress) throws IOException {
    String csv = MeasurementCsv.write(setting.measurements().overLevels());
    List<ArmTask> tasks =
        Arrays.stream(Arm.values()).map(arm -> new ArmTask(arm, settings(arm))).toList();
    Map<ArmTask, List<Table>> runs =
        new Runs(folder, options, Map.of("dataHash", MeasurementCsv.hash(setting.measurements())))
            .complete(tasks, (task, seed, steps) -> run(task.arm(), seed, steps), progress);
    WholeFile.write(folder.resolve("measurements.csv"), csv);
    StartReturns exact = exact();
    Map<Arm, Outcome> outcomes = new EnumMap<>(Arm.class);
    for (Map.Entry<ArmTask, List<Table>> entry : runs.entrySet()) {
      Arm arm = entry.getKey().arm();
      List<Table> times = new ArrayList<>();
      for (long seed : options.allSeeds()) {
        times.add(Table.read(Files.readString(timesFile(arm, seed))));
      }
      outcomes.put(arm, new Outcome(entry.getValue(), times, exact, options.bootstrap()));
    }
    return new Writing(outcomes, exact, tasks).write();
  }

  private Map<String, Object> settings(Arm arm) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("agent", setting.learner().algorithm().name());
    settings.put("hyperparameters", setting.learner().hyperparameters());
    settings.put("environment", setting.parameters().settings());
    if (arm == Arm.SURROGATE) {
      settings.put("fit", setting.fit());
    }
    if (arm.isLoop()) {
      settings.put("loop", loop(arm));
    }
    return settings;
  }

  private LoopOptions loop(Arm arm) {
    return setting
        .loop()
        .with(arm == Arm.RANDOM ? LoopOptions.Choice.RANDOM : LoopOptions.Choice.UNSURE);
  }

  /** The means over the test episodes, exact. */
  private StartReturns exact() {
    try (SplitInferenceEnvironment environment = environment(truth)) {
      return StartReturns.mean(
          options.testEpisodes().anchors(environment, Optimum.of(truth, setting.parameters())));
    }
  }

  private SplitInferenceEnvironment environment(PerplexityModel model) {
    // whoever is given it resets it with a seed first
    return new SplitInferenceEnvironment(
        model, BACKEND, setting.parameters(), RandomStream.ofSeed(0));
  }

  private Path timesFile(Arm arm, long seed) {
    return folder.resolve("runs").resolve(arm.folder()).resolve("seed-" + seed + ".times.csv");
  }

  /** One arm with one seed: what was counted; the times go into a file of their own. */
  private Table run(Arm arm, long seed, LongConsumer progress) {
    Ledger ledger = new Ledger(cells);
    List<double[]> counts = new ArrayList<>();
    List<double[]> times = new ArrayList<>();
    try (SplitInferenceEnvironment test = environment(truth)) {
      if (arm.isLoop()) {
        runLoop(arm, seed, ledger, test, counts, times, progress);
      } else {
        runOnce(arm, seed, ledger, test, counts, times, progress);
      }
    }
    try {
      WholeFile.write(timesFile(arm, seed), new Table(TIMES, times).csv());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Table(COUNTS, counts);
  }

  private void runOnce(
      Arm arm,
      long seed,
      Ledger ledger,
      SplitInferenceEnvironment test,
      List<double[]> counts,
      List<double[]> times,
      LongConsumer progress) {
    double clean = ledger.evaluate(Cell.CLEAN).logPerplexity();
    PerplexityModel model;
    double fitSeconds = 0;
    if (arm == Arm.LLM) {
      model = new DrawnCells(cells.grid(), ledger, clean);
    } else {
      cells.grid().cells().forEach(ledger::evaluate);
      long start = System.nanoTime();
      model = SurrogateFit.unjudged(setting.measurements(), setting.fit().withSeed(seed), s -> {});
      fitSeconds = (System.nanoTime() - start) / NANOS;
    }
    double fitted = fitSeconds;
    long start = System.nanoTime();
    List<double[]> rows =
        LearningCurve.train(
            setting.learner(),
            () -> environment(model),
            test,
            options,
            seed,
            progress,
            looking -> {
              double trained = (System.nanoTime() - start - looking) / NANOS;
              return new double[] {
                ledger.evaluations(),
                ledger.seconds(),
                ledger.secondsWithoutStore(),
                fitted,
                trained
              };
            });
    for (double[] row : rows) {
      double steps = row[0];
      boolean onLlm = arm == Arm.LLM;
      counts.add(new double[] {row[2], onLlm ? steps : 0, onLlm ? 0 : steps, row[1]});
      times.add(Arrays.copyOfRange(row, 3, row.length));
    }
  }

  private void runLoop(
      Arm arm,
      long seed,
      Ledger ledger,
      SplitInferenceEnvironment test,
      List<double[]> counts,
      List<double[]> times,
      LongConsumer progress) {
    LoopOptions loop = loop(arm);
    int rounds = loop.rounds(cells.grid());
    Episodes episodes = options.testEpisodes();
    new ActiveLoop(cells.grid(), setting.parameters(), setting.learner(), loop, options.steps())
        .run(
            ledger,
            seed,
            new ActiveLoop.Listener() {
              private double fitSeconds;
              private double trainSeconds;

              @Override
              public void trained(int round, long steps) {
                progress.accept((options.steps() * (round - 1) + steps) / rounds);
              }

              @Override
              public void ended(ActiveLoop.Round round) {
                fitSeconds += round.fitSeconds();
                trainSeconds += round.trainSeconds();
                double[] returns =
                    episodes.returns(test, new GreedyPolicy(round.policy()), done -> {});
                counts.add(
                    new double[] {
                      round.evaluations(),
                      0,
                      (double) options.steps() * round.number(),
                      Comparison.mean(returns)
                    });
                times.add(
                    new double[] {
                      ledger.seconds(), ledger.secondsWithoutStore(), fitSeconds, trainSeconds
                    });
              }
            });
  }

  /** What came of an arm's runs, row by row: an evaluation of the policy, or a round. */
  private static final class Outcome {
    private final List<Table> counts;
    private final List<Table> times;
    private final StartReturns exact;
    private final Bootstrap bootstrap;

    Outcome(List<Table> counts, List<Table> times, StartReturns exact, Bootstrap bootstrap) {
      this.counts = counts;
      this.times = times;
      this.exact = exact;
      this.bootstrap = bootstrap;
    }

    int rows() {
      return counts.get(0).rows().size();
    }

    int last() {
      return rows() - 1;
    }

    private static double mean(List<Table> tables, String column, int row) {
      return Comparison.mean(
          tables.stream().mapToDouble(table -> table.column(column)[row]).toArray());
    }

    double count(String column, int row) {
      return mean(counts, column, row);
    }

    double time(String column, int row) {
      return mean(times, column, row);
    }

    /** Measuring, fitting and training. */
    double seconds(int row, String llmSeconds) {
      return time(llmSeconds, row) + time(FIT_SECONDS, row) + time(TRAIN_SECONDS, row);
    }

    double[] returns(int row) {
      return counts.stream()
          .mapToDouble(table -> table.column(LearningCurve.RETURN)[row])
          .toArray();
    }

    Interval meanReturn(int row) {
      return bootstrap.stratified(List.of(returns(row)), Comparison::mean);
    }

    Interval score(int row) {
      return bootstrap.stratified(
          List.of(Arrays.stream(returns(row)).map(exact::score).toArray()), Comparison::mean);
    }

    /** The first row whose mean score is good; -1 if none is. */
    int firstGood() {
      return IntStream.range(0, rows())
          .filter(row -> score(row).mean() >= GOOD)
          .findFirst()
          .orElse(-1);
    }

    double[] along(java.util.function.IntToDoubleFunction value) {
      return IntStream.range(0, rows()).mapToDouble(value).toArray();
    }
  }

  /** The study's files. */
  private final class Writing {
    private final Map<Arm, Outcome> outcomes;
    private final StartReturns exact;
    private final List<ArmTask> tasks;

    Writing(Map<Arm, Outcome> outcomes, StartReturns exact, List<ArmTask> tasks) {
      this.outcomes = outcomes;
      this.exact = exact;
      this.tasks = tasks;
    }

    Study.Result write() throws IOException {
      writeCurves();
      writeTimes();
      List<String> findings = findings();
      Report report = new Report("Model-free against model-based");
      report.paragraph(lead());
      report.heading("By evaluations of the LLM");
      report.figure(drawEvaluations(), findings.get(0));
      report.table(
          List.of("", "LLM evaluations", "score " + GOOD + " from", "return", "score", "regret"),
          rows(this::countRow));
      report.paragraph(findings.get(1));
      report.heading("By time");
      List<String> said = timeFindings();
      report.figure(drawTimes(), said.get(0));
      report.table(
          List.of(
              "",
              "measuring",
              "measuring without a store",
              "fitting",
              "training",
              "in all",
              "in all without a store"),
          rows(this::timeRow));
      said.subList(1, said.size()).forEach(report::paragraph);
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("seeds", options.allSeeds());
      data.putAll(options.settings());
      data.put("measurements", setting.measurements().setting());
      data.put("channel", setting.measurements().channel().description());
      data.put("levels", cells.grid().levels());
      data.put("cells", cells.grid().cells().size() + 1);
      data.put("exact", exact);
      Map<String, Object> arms = new LinkedHashMap<>();
      for (ArmTask task : tasks) {
        Outcome outcome = of(task.arm());
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put(EVALUATIONS, outcome.count(EVALUATIONS, outcome.last()));
        entry.put(LLM_STEPS, outcome.count(LLM_STEPS, outcome.last()));
        entry.put(MODEL_STEPS, outcome.count(MODEL_STEPS, outcome.last()));
        entry.put("return", outcome.meanReturn(outcome.last()));
        entry.put("score", outcome.score(outcome.last()));
        entry.put("settings", task.settings());
        arms.put(task.arm().text, entry);
      }
      data.put("arms", arms);
      Study.Result result =
          report.end(
              folder,
              NAME,
              findings,
              data,
              "curves.csv has what the first figure draws, times.csv the second, measurements.csv"
                  + " every evaluation of the LLM with the seconds it took, runs/ each run. With"
                  + " --measurements the study is made again from measurements.csv, on a machine"
                  + " that has no LLM.");
      List<String> all = new ArrayList<>(findings);
      // times differ from run to run, so study.json leaves them out
      all.addAll(said);
      return new Study.Result(result.report(), all, result.data());
    }

    private Outcome of(Arm arm) {
      return Objects.requireNonNull(outcomes.get(arm));
    }

    private String lead() {
      Measurements measured = setting.measurements();
      return String.format(
          Locale.ROOT,
          "%s trained in four ways, %d seeds each: on the LLM itself, every step an evaluation at a"
              + " drawn fading; on a surrogate fitted to the whole measured grid; and by a loop that"
              + " begins with %d evaluations, fits an ensemble of %d networks, trains on what it"
              + " predicts, and measures %d more cells, those that the ensemble is least sure of"
              + " among what episodes lead to, or any at random. Every training takes %,d steps."
              + " The LLM is %s on %d tokens of text, behind %s: %d splits at %d levels and the"
              + " clean value, %d cells. A cell is deterministic and kept, so all arms are answered"
              + " from the same measurements; %d of them were measured by this command and %d were"
              + " there before. Each arm is charged, in evaluations and in the seconds they took"
              + " when they were measured, for those it asked for, as if it had begun with nothing."
              + " Returns are means over %d test episodes of what the measured LLM gives in"
              + " expectation over the fading; scores are 0 for random actions and 1 for the exact"
              + " optimum over the same measurements. Bands are 95 %% bootstrap intervals of the mean"
              + " over the seeds; with three seeds they are rough.",
          setting.learner().algorithm().name().toUpperCase(Locale.ROOT),
          options.seeds(),
          of(Arm.UNSURE).count(EVALUATIONS, 0) > 0 ? (int) of(Arm.UNSURE).count(EVALUATIONS, 0) : 0,
          setting.loop().ensemble().members(),
          setting.loop().cellsARound(),
          options.steps(),
          measured.setting().model(),
          measured.setting().maxTokens(),
          measured.channel().name(),
          cells.grid().splits().max() - cells.grid().splits().min() + 1,
          cells.grid().levels().size(),
          cells.grid().cells().size() + 1,
          setting.measuredNow(),
          cells.grid().cells().size() + 1 - setting.measuredNow(),
          options.episodes());
    }

    private List<String> findings() {
      Outcome active = of(Arm.UNSURE);
      Outcome random = of(Arm.RANDOM);
      Outcome llm = of(Arm.LLM);
      Outcome surrogate = of(Arm.SURROGATE);
      List<String> findings = new ArrayList<>();
      findings.add(
          String.format(
              Locale.ROOT,
              "With %.0f evaluations of the LLM the active loop scores %s, with as many cells chosen"
                  + " at random %s. The surrogate of all %.0f cells scores %s, and training on the"
                  + " LLM itself %s after %,.0f steps, which asked for %.0f different cells. A mean"
                  + " score of %s takes, in evaluations of the LLM, %s.",
              active.count(EVALUATIONS, active.last()),
              Format.interval(active.score(active.last())),
              Format.interval(random.score(random.last())),
              surrogate.count(EVALUATIONS, surrogate.last()),
              Format.interval(surrogate.score(surrogate.last())),
              Format.interval(llm.score(llm.last())),
              llm.count(LLM_STEPS, llm.last()),
              llm.count(EVALUATIONS, llm.last()),
              ShortestDecimal.of(GOOD),
              Arrays.stream(Arm.values())
                  .map(
                      arm ->
                          of(arm).firstGood() < 0
                              ? "more than all of these " + arm.text
                              : String.format(
                                  Locale.ROOT,
                                  "%.0f %s",
                                  of(arm).count(EVALUATIONS, of(arm).firstGood()),
                                  arm.text))
                  .collect(Collectors.joining(", "))));
      int middle = Math.min(random.rows(), active.rows()) / 2;
      Interval chosen = active.score(middle);
      Interval drawn = random.score(middle);
      findings.add(
          String.format(
              Locale.ROOT,
              "Half-way, at %.0f evaluations, choosing where the ensemble is unsure scores %s against"
                  + " %s for random cells: %s",
              active.count(EVALUATIONS, middle),
              Format.interval(chosen),
              Format.interval(drawn),
              chosen.low() > drawn.high()
                  ? "the choice pays."
                  : chosen.high() < drawn.low()
                      ? "the choice does harm here."
                      : "the intervals overlap."));
      return findings;
    }

    private List<String> timeFindings() {
      Outcome llm = of(Arm.LLM);
      Outcome surrogate = of(Arm.SURROGATE);
      Outcome active = of(Arm.UNSURE);
      double each = llm.time(WITHOUT_STORE, llm.last()) / llm.count(LLM_STEPS, llm.last());
      double without = llm.seconds(llm.last(), WITHOUT_STORE);
      List<String> said = new ArrayList<>();
      said.add(
          String.format(
              Locale.ROOT,
              "Everything counted, measuring, fitting and training: %s on the LLM with an evaluation"
                  + " for every step, %s with a store that keeps each cell, %s on the surrogate, %s"
                  + " by the active loop with all its trainings.",
              duration(without),
              duration(llm.seconds(llm.last(), LLM_SECONDS)),
              duration(surrogate.seconds(surrogate.last(), LLM_SECONDS)),
              duration(active.seconds(active.last(), LLM_SECONDS))));
      said.add(
          String.format(
              Locale.ROOT,
              "%,.0f steps on the LLM are %,.0f evaluations of %.2f s each: without a store %s. The"
                  + " surrogate takes %s to measure, %s to fit and %s to train on, a factor of %.0f in"
                  + " all; the training alone is a factor of %,.0f. The active loop's factor is %.0f. The"
                  + " paper reports 24 days against 7.7 minutes, a factor of about %,.0f, for a larger"
                  + " model and without the time that its surrogate's data took; a single evaluation here"
                  + " is of a small model on a short text, and what is saved grows in proportion to its"
                  + " cost while fitting and training stay as they are.",
              llm.count(LLM_STEPS, llm.last()),
              llm.count(LLM_STEPS, llm.last()),
              each,
              duration(without),
              duration(surrogate.time(LLM_SECONDS, surrogate.last())),
              duration(surrogate.time(FIT_SECONDS, surrogate.last())),
              duration(surrogate.time(TRAIN_SECONDS, surrogate.last())),
              without / surrogate.seconds(surrogate.last(), LLM_SECONDS),
              without / surrogate.time(TRAIN_SECONDS, surrogate.last()),
              without / active.seconds(active.last(), LLM_SECONDS),
              PAPERS_RATIO));
      return said;
    }

    private List<List<String>> rows(java.util.function.Function<Arm, List<String>> row) {
      return Arrays.stream(Arm.values()).map(row).toList();
    }

    private List<String> countRow(Arm arm) {
      Outcome outcome = of(arm);
      int last = outcome.last();
      int good = outcome.firstGood();
      Interval returned = outcome.meanReturn(last);
      return List.of(
          arm.text,
          String.format(Locale.ROOT, "%.0f", outcome.count(EVALUATIONS, last)),
          good < 0 ? "-" : String.format(Locale.ROOT, "%.0f", outcome.count(EVALUATIONS, good)),
          Format.interval(returned),
          Format.interval(outcome.score(last)),
          String.format(Locale.ROOT, "%.3f", exact.optimal() - returned.mean()));
    }

    private List<String> timeRow(Arm arm) {
      Outcome outcome = of(arm);
      int last = outcome.last();
      boolean every = arm == Arm.LLM;
      return List.of(
          arm.text,
          duration(outcome.time(LLM_SECONDS, last)),
          every ? duration(outcome.time(WITHOUT_STORE, last)) : "the same",
          duration(outcome.time(FIT_SECONDS, last)),
          duration(outcome.time(TRAIN_SECONDS, last)),
          duration(outcome.seconds(last, LLM_SECONDS)),
          every ? duration(outcome.seconds(last, WITHOUT_STORE)) : "the same");
    }

    private void writeCurves() throws IOException {
      StringBuilder csv =
          new StringBuilder(
              "arm,llmEvaluations,llmSteps,modelSteps,return,returnLow,returnHigh,score,scoreLow,"
                  + "scoreHigh\n");
      outcomes.forEach(
          (arm, outcome) -> {
            for (int row = 0; row < outcome.rows(); row++) {
              csv.append(arm.folder());
              for (String column : List.of(EVALUATIONS, LLM_STEPS, MODEL_STEPS)) {
                csv.append(',').append(ShortestDecimal.of(outcome.count(column, row)));
              }
              Format.append(csv, outcome.meanReturn(row));
              Format.append(csv, outcome.score(row));
              csv.append('\n');
            }
          });
      WholeFile.write(folder.resolve("curves.csv"), csv.toString());
    }

    private void writeTimes() throws IOException {
      StringBuilder csv = new StringBuilder("arm," + String.join(",", TIMES) + ",return\n");
      outcomes.forEach(
          (arm, outcome) -> {
            for (int row = 0; row < outcome.rows(); row++) {
              csv.append(arm.folder());
              for (String column : TIMES) {
                csv.append(',').append(ShortestDecimal.of(outcome.time(column, row)));
              }
              csv.append(',').append(ShortestDecimal.of(outcome.meanReturn(row).mean()));
              csv.append('\n');
            }
          });
      WholeFile.write(folder.resolve("times.csv"), csv.toString());
    }

    private Path drawEvaluations() throws IOException {
      Drawing drawing =
          new Drawing(
                  "Return on the LLM by evaluations of it",
                  "different cells that the LLM was evaluated at",
                  "undiscounted return on the LLM")
              .logarithmicAcross();
      outcomes.forEach(
          (arm, outcome) ->
              draw(
                  drawing,
                  arm.text,
                  arm,
                  outcome,
                  outcome.along(row -> outcome.count(EVALUATIONS, row))));
      levels(drawing, new double[] {of(Arm.UNSURE).count(EVALUATIONS, 0), cells.cells().size()});
      return FigureFiles.write(folder, NAME + "-evaluations", drawing.chart()).get(0);
    }

    private Path drawTimes() throws IOException {
      Drawing drawing =
          new Drawing(
                  "Return on the LLM by time, measuring and fitting included",
                  "seconds",
                  "undiscounted return on the LLM")
              .logarithmicAcross();
      Outcome llm = of(Arm.LLM);
      double[] without = llm.along(row -> llm.seconds(row, WITHOUT_STORE));
      outcomes.forEach(
          (arm, outcome) ->
              draw(
                  drawing,
                  arm.text,
                  arm,
                  outcome,
                  outcome.along(row -> outcome.seconds(row, LLM_SECONDS))));
      drawing.line(
          "on the LLM, no store",
          without,
          llm.along(row -> llm.meanReturn(row).mean()),
          Drawing.colour(Arm.values().length));
      levels(
          drawing,
          new double[] {of(Arm.UNSURE).seconds(0, LLM_SECONDS), without[without.length - 1]});
      return FigureFiles.write(folder, NAME + "-time", drawing.chart()).get(0);
    }

    private void draw(Drawing drawing, String name, Arm arm, Outcome outcome, double[] places) {
      Color colour = Drawing.colour(arm.ordinal());
      boolean still = Arrays.stream(places).distinct().count() == 1;
      if (still) {
        // all in one place: what came out at last, seed by seed
        double[] returns = outcome.returns(outcome.last());
        double[] there = new double[returns.length];
        Arrays.fill(there, places[0]);
        drawing.marks(name, there, returns, colour);
        return;
      }
      Interval[] intervals =
          IntStream.range(0, outcome.rows()).mapToObj(outcome::meanReturn).toArray(Interval[]::new);
      drawing.band(
          name,
          places,
          Arrays.stream(intervals).mapToDouble(Interval::low).toArray(),
          Arrays.stream(intervals).mapToDouble(Interval::high).toArray(),
          colour);
      drawing.line(
          name, places, Arrays.stream(intervals).mapToDouble(Interval::mean).toArray(), colour);
    }

    private void levels(Drawing drawing, double[] places) {
      drawing.level("exact optimum", places, exact.optimal(), Color.BLACK);
      drawing.level("random actions", places, exact.random(), Color.GRAY);
    }
  }

  private static String duration(double seconds) {
    if (seconds >= 2 * 24 * 3600) {
      return String.format(Locale.ROOT, "%.1f days", seconds / (24 * 3600));
    }
    if (seconds >= 2 * 3600) {
      return String.format(Locale.ROOT, "%.1f h", seconds / 3600);
    }
    return seconds >= 120
        ? String.format(Locale.ROOT, "%.1f min", seconds / 60)
        : String.format(Locale.ROOT, "%.1f s", seconds);
  }
}
