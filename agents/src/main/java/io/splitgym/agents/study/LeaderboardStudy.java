package io.splitgym.agents.study;

import io.splitgym.agents.evaluation.Bootstrap;
import io.splitgym.agents.evaluation.Episodes;
import io.splitgym.agents.evaluation.Interval;
import io.splitgym.agents.modelbased.LoopAlgorithm;
import io.splitgym.agents.optimal.GreedySurrogateAgent;
import io.splitgym.agents.optimal.Optimum;
import io.splitgym.agents.optimal.StartReturns;
import io.splitgym.agents.policy.Agent;
import io.splitgym.agents.policy.StaticSplitPolicy;
import io.splitgym.cli.WholeFile;
import io.splitgym.environment.EnvironmentState;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.environment.SplitRange;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where every agent stands in every environment: {@code leaderboard.md} and {@code
 * leaderboard.csv}, made of {@code entries.csv}, one row for each run; and {@code
 * test-episodes.csv}, by which an agent that was trained elsewhere can be tested in the very same
 * episodes.
 *
 * <p>Lines that learn are trained here. What else stands in the table comes from entries that are
 * given, and from the plans and rules that need no training: the optimum, the greedy one, the best
 * of the fixed splits, always staying and random actions.
 */
public final class LeaderboardStudy implements Study {
  public static final String NAME = "leaderboard";

  private static final String TITLE = "Leaderboard";
  private static final String OPTIMAL = "optimal";
  private static final String GREEDY = "greedy on the surrogate";
  private static final String FIXED = "best fixed split";
  private static final String STAY = "always stay";
  private static final String RANDOM = "random";
  private static final Set<String> UNTRAINED = Set.of(OPTIMAL, GREEDY, FIXED, STAY, RANDOM);

  private final Map<String, Long> stepsOf;
  private final Map<String, Long> evaluationsBehind;
  private final List<LeaderboardEntry> given;

  /**
   * @param stepsOf how many steps the line of a label is trained for, where that differs from the
   *     options' steps
   * @param evaluationsBehind by environment, how many evaluations of the LLM its surrogate was
   *     fitted to; left out where that isn't known
   * @param given entries of agents that aren't trained here
   */
  public LeaderboardStudy(
      Map<String, Long> stepsOf,
      Map<String, Long> evaluationsBehind,
      List<LeaderboardEntry> given) {
    this.stepsOf = Map.copyOf(stepsOf);
    this.evaluationsBehind = Map.copyOf(evaluationsBehind);
    this.given = List.copyOf(given);
    this.stepsOf.forEach(
        (label, steps) -> Require.inRange("steps of " + label, steps, 1, Integer.MAX_VALUE));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Result write(Path folder, List<Line> lines, StudyOptions options, Progress progress)
      throws IOException {
    Map<String, Line> environments = new LinkedHashMap<>();
    for (Line line : lines) {
      Line first = environments.putIfAbsent(line.panel(), line);
      if (first != null && !first.parameters().equals(line.parameters())) {
        throw new InvalidValueException(
            "--actions", "several", "one number: each environment has one optimum");
      }
    }
    requireFitting(environments.keySet(), lines);
    requireEvenRuns();
    List<LeaderboardEntry> entries = new ArrayList<>(trained(folder, lines, options, progress));
    Map<String, TestEpisodes> tests = new LinkedHashMap<>();
    Map<String, Integer> fixedSplits = new LinkedHashMap<>();
    for (Line line : environments.values()) {
      Optimum optimum = Optimum.of(line.model(), line.parameters());
      TestEpisodes test = TestEpisodes.of(line, optimum, options.testEpisodes());
      tests.put(line.panel(), test);
      StaticSplitPolicy fixed = fixedSplit(line, options);
      fixedSplits.put(line.panel(), fixed.target());
      entries.addAll(untrained(line, optimum, fixed, test, options.testEpisodes()));
    }
    entries.addAll(given);
    return new Writing(folder, options, environments, tests, fixedSplits, entries).write(lines);
  }

  /**
   * The score over all environments pools runs: more of them in one would let it count for more.
   */
  private void requireEvenRuns() {
    Map<String, Map<String, Long>> runs =
        given.stream()
            .collect(
                Collectors.groupingBy(
                    LeaderboardEntry::agent,
                    TreeMap::new,
                    Collectors.groupingBy(
                        LeaderboardEntry::environment, TreeMap::new, Collectors.counting())));
    runs.forEach(
        (agent, counts) -> {
          if (counts.values().stream().distinct().count() > 1) {
            throw new InvalidValueException(
                "entries of " + agent,
                counts + " runs",
                "as many in each environment, since the score over all of them pools runs");
          }
        });
  }

  /** The best of going to one split and staying there, chosen in other episodes than the test's. */
  private static StaticSplitPolicy fixedSplit(Line line, StudyOptions options) {
    Episodes episodes = new Episodes(options.firstSeed(), options.episodes());
    SplitRange splits = line.parameters().splits();
    try (SplitInferenceEnvironment environment = line.environment()) {
      StaticSplitPolicy best = null;
      double greatest = Double.NEGATIVE_INFINITY;
      for (int split = splits.min(); split <= splits.max(); split++) {
        StaticSplitPolicy policy =
            new StaticSplitPolicy(line.parameters().actions(), splits, split);
        double returned = episodes.meanReturn(environment, policy);
        if (best == null || returned > greatest) {
          greatest = returned;
          best = policy;
        }
      }
      return Objects.requireNonNull(best, "a range has a split");
    }
  }

  private void requireFitting(Set<String> environments, List<Line> lines) {
    Set<String> here =
        lines.stream().map(Line::label).collect(Collectors.toCollection(LinkedHashSet::new));
    for (String label : stepsOf.keySet()) {
      if (!here.contains(label)) {
        throw new InvalidValueException("--steps-of", label, "one of the agents " + here);
      }
    }
    for (LeaderboardEntry entry : given) {
      if (!environments.contains(entry.environment())) {
        throw new InvalidValueException(
            "environment of an entry", entry.environment(), "one of " + environments);
      }
      if (here.contains(entry.agent()) || UNTRAINED.contains(entry.agent())) {
        throw new InvalidValueException(
            "agent of an entry", entry.agent(), "another name than those in the table already");
      }
    }
  }

  /** Trains the lines, those of equal steps together. */
  private List<LeaderboardEntry> trained(
      Path folder, List<Line> lines, StudyOptions options, Progress progress) throws IOException {
    Map<Long, List<Line>> bySteps = new TreeMap<>();
    for (Line line : lines) {
      long steps = stepsOf.getOrDefault(line.label(), options.steps());
      bySteps.computeIfAbsent(steps, unseen -> new ArrayList<>()).add(line);
    }
    long total =
        bySteps.entrySet().stream()
            .mapToLong(group -> group.getKey() * group.getValue().size() * options.seeds())
            .sum();
    List<LeaderboardEntry> entries = new ArrayList<>();
    long before = 0;
    for (Map.Entry<Long, List<Line>> group : bySteps.entrySet()) {
      StudyOptions these = options.once(group.getKey());
      long done = before;
      Map<Line, List<Table>> runs =
          new Runs(folder, these, Map.of())
              .complete(
                  group.getValue(),
                  (line, seed, steps) -> LearningCurve.train(line, these, seed, steps),
                  (some, all) -> progress.update(done + some, total));
      runs.forEach(
          (line, tables) -> {
            for (int i = 0; i < tables.size(); i++) {
              double[] returns = tables.get(i).column(LearningCurve.RETURN);
              entries.add(
                  new LeaderboardEntry(
                      line.panel(),
                      line.label(),
                      options.allSeeds().get(i),
                      these.steps(),
                      evaluationsOf(line),
                      returns[returns.length - 1]));
            }
          });
      before += group.getKey() * group.getValue().size() * options.seeds();
    }
    return entries;
  }

  /** Of the LLM: those of the active loop itself, or those behind the surrogate. */
  private OptionalLong evaluationsOf(Line line) {
    return line.learner().algorithm() instanceof LoopAlgorithm loop
        ? OptionalLong.of(loop.evaluations())
        : evaluationsBehind(line.panel());
  }

  private OptionalLong evaluationsBehind(String environment) {
    Long behind = evaluationsBehind.get(environment);
    return behind == null ? OptionalLong.empty() : OptionalLong.of(behind);
  }

  private List<LeaderboardEntry> untrained(
      Line line, Optimum optimum, StaticSplitPolicy fixed, TestEpisodes test, Episodes episodes) {
    List<LeaderboardEntry> entries = new ArrayList<>();
    OptionalLong behind = evaluationsBehind(line.panel());
    entries.add(untrained(line, OPTIMAL, behind, test.anchors().optimal()));
    Agent greedy = new GreedySurrogateAgent(optimum, line.parameters());
    try (SplitInferenceEnvironment environment = line.environment()) {
      entries.add(untrained(line, GREEDY, behind, episodes.meanReturn(environment, greedy)));
      entries.add(untrained(line, FIXED, behind, episodes.meanReturn(environment, fixed)));
    }
    if (!Double.isNaN(test.anchors().alwaysStay())) {
      entries.add(untrained(line, STAY, OptionalLong.of(0), test.anchors().alwaysStay()));
    }
    entries.add(untrained(line, RANDOM, OptionalLong.of(0), test.anchors().random()));
    return entries;
  }

  private static LeaderboardEntry untrained(
      Line line, String agent, OptionalLong evaluations, double meanReturn) {
    return new LeaderboardEntry(line.panel(), agent, 0, 0, evaluations, meanReturn);
  }

  /**
   * An environment's test episodes: how each starts, and what it allows.
   *
   * @param exact of each start, expected where the channel's course is random
   * @param anchors the means that scores are counted between
   */
  private record TestEpisodes(
      List<Long> seeds,
      List<EnvironmentState.Episode> starts,
      List<StartReturns> exact,
      StartReturns anchors) {
    static TestEpisodes of(Line line, Optimum optimum, Episodes episodes) {
      try (SplitInferenceEnvironment environment = line.environment()) {
        List<Long> seeds = new ArrayList<>();
        for (int i = 0; i < episodes.count(); i++) {
          seeds.add(episodes.environmentSeed(i));
        }
        List<StartReturns> exact = episodes.exactReturns(environment, optimum);
        return new TestEpisodes(
            seeds,
            episodes.starts(environment),
            exact,
            StartReturns.mean(episodes.anchors(environment, optimum)));
      }
    }
  }

  /** One leaderboard's files. */
  private static final class Writing {
    private final Path folder;
    private final StudyOptions options;
    private final Bootstrap bootstrap;
    private final Map<String, Line> environments;
    private final Map<String, TestEpisodes> tests;
    private final Map<String, Integer> fixedSplits;
    private final List<LeaderboardEntry> entries;

    /** By agent, then by environment; the best agent overall first. */
    private final Map<String, Map<String, Standing>> standings;

    Writing(
        Path folder,
        StudyOptions options,
        Map<String, Line> environments,
        Map<String, TestEpisodes> tests,
        Map<String, Integer> fixedSplits,
        List<LeaderboardEntry> entries) {
      this.folder = folder;
      this.options = options;
      this.bootstrap = options.bootstrap();
      this.environments = environments;
      this.tests = tests;
      this.fixedSplits = fixedSplits;
      this.entries = entries;
      this.standings = standings();
    }

    private Map<String, Map<String, Standing>> standings() {
      Map<String, Map<String, Standing>> unsorted = new LinkedHashMap<>();
      for (String agent : entries.stream().map(LeaderboardEntry::agent).distinct().toList()) {
        Map<String, Standing> of = new LinkedHashMap<>();
        for (String environment : environments.keySet()) {
          List<LeaderboardEntry> runs =
              entries.stream()
                  .filter(entry -> entry.agent().equals(agent))
                  .filter(entry -> entry.environment().equals(environment))
                  .toList();
          if (!runs.isEmpty()) {
            of.put(environment, new Standing(runs, test(environment).anchors()));
          }
        }
        unsorted.put(agent, of);
      }
      Map<String, Map<String, Standing>> sorted = new LinkedHashMap<>();
      unsorted.entrySet().stream()
          .sorted(
              Comparator.comparing(
                      (Map.Entry<String, Map<String, Standing>> entry) ->
                          !isEverywhere(entry.getValue()))
                  .thenComparingDouble(
                      entry ->
                          -Standing.overall(List.copyOf(entry.getValue().values()), bootstrap)
                              .mean()))
          .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
      return sorted;
    }

    private TestEpisodes test(String environment) {
      TestEpisodes test = tests.get(environment);
      if (test == null) {
        throw new IllegalStateException("no episodes of " + environment);
      }
      return test;
    }

    private boolean isEverywhere(Map<String, Standing> of) {
      return of.size() == environments.size();
    }

    Result write(List<Line> lines) throws IOException {
      List<String> findings = findings();
      WholeFile.write(folder.resolve("entries.csv"), LeaderboardEntry.csv(entries));
      WholeFile.write(folder.resolve("test-episodes.csv"), episodes());
      WholeFile.write(folder.resolve("leaderboard.csv"), csv());
      List<List<String>> rows = rows();
      WholeFile.write(folder.resolve("leaderboard.md"), markdown(rows));
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("seeds", options.allSeeds());
      data.put("episodes", options.episodes());
      data.put("evaluationSeed", options.evaluationSeed());
      data.put("fixedSplits", fixedSplits);
      data.put("overall", overall());
      data.put(
          "lines",
          lines.stream()
              .map(
                  line -> {
                    Map<String, Object> entry = new LinkedHashMap<>();
                    entry.put("panel", line.panel());
                    entry.put("line", line.label());
                    entry.put("settings", line.settings());
                    return entry;
                  })
              .toList());
      return new Report(TITLE)
          .paragraph(
              String.format(
                  Locale.ROOT,
                  "Normalised scores: 0 for random actions and 1 for the optimum in the %d test"
                      + " episodes, which the test seed %d fixes: both exact, or where the channel's"
                      + " course is random as played under the courses that all agents meet. What"
                      + " learns was"
                      + " trained with the seeds %d to %d; its score is the interquartile mean over"
                      + " them, with the 95 %% stratified bootstrap interval. Overall is that of all"
                      + " environments' runs, each environment a stratum; one where the optimum is no"
                      + " better than random actions has no scores and counts for nothing. LLM"
                      + " evaluations are those behind the surrogate that an agent learned from or"
                      + " plans with; the model-based agent's are those that it asked for itself,"
                      + " and its steps are those in all of its rounds together.",
                  options.episodes(),
                  options.evaluationSeed(),
                  options.firstSeed(),
                  options.firstSeed() + options.seeds() - 1))
          .table(heading(), rows)
          .heading("What it says")
          .paragraph(String.join(" ", findings))
          .end(
              folder,
              NAME,
              findings,
              data,
              "leaderboard.csv has these numbers in full, entries.csv a row for each run, of which"
                  + " they are made, test-episodes.csv the seed, start and exact returns of every"
                  + " test episode, runs/ what each run depends on.");
    }

    private List<String> findings() {
      List<String> findings = new ArrayList<>();
      for (String environment : environments.keySet()) {
        findings.add(
            environment
                + ": "
                + standings.entrySet().stream()
                    .filter(agent -> agent.getValue().containsKey(environment))
                    .filter(agent -> !agent.getKey().equals(RANDOM))
                    .map(
                        agent ->
                            Map.entry(agent.getKey(), score(agent.getValue(), environment).mean()))
                    .filter(agent -> !Double.isNaN(agent.getValue()))
                    .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                    .map(
                        agent ->
                            agent.getKey() + String.format(Locale.ROOT, " %.3f", agent.getValue()))
                    .collect(Collectors.joining(", "))
                + ".");
      }
      findings.add(
          "The best fixed splits, chosen in other episodes: "
              + fixedSplits.entrySet().stream()
                  .map(fixed -> fixed.getKey() + " " + fixed.getValue())
                  .collect(Collectors.joining(", "))
              + ".");
      return findings;
    }

    private Interval score(Map<String, Standing> of, String environment) {
      Standing standing = of.get(environment);
      if (standing == null) {
        throw new IllegalStateException("no runs in " + environment);
      }
      return standing.middleScore(bootstrap);
    }

    private Map<String, Interval> overall() {
      Map<String, Interval> overall = new LinkedHashMap<>();
      standings.forEach(
          (agent, of) -> {
            if (isEverywhere(of)) {
              overall.put(agent, Standing.overall(List.copyOf(of.values()), bootstrap));
            }
          });
      return overall;
    }

    private List<String> heading() {
      List<String> heading =
          new ArrayList<>(List.of("agent", "steps", "LLM evaluations", "overall"));
      heading.addAll(environments.keySet());
      return heading;
    }

    private List<List<String>> rows() {
      Map<String, Interval> overall = overall();
      List<List<String>> rows = new ArrayList<>();
      standings.forEach(
          (agent, of) -> {
            List<Standing> all = List.copyOf(of.values());
            List<String> row = new ArrayList<>();
            row.add(agent);
            row.add(span(Standing.steps(all)));
            row.add(Standing.llmEvaluations(all).map(Writing::span).orElse(""));
            Interval everywhere = overall.get(agent);
            row.add(everywhere == null ? "" : Format.interval(everywhere));
            for (String environment : environments.keySet()) {
              row.add(of.containsKey(environment) ? Format.interval(score(of, environment)) : "");
            }
            rows.add(row);
          });
      return rows;
    }

    private String markdown(List<List<String>> rows) {
      StringBuilder text = new StringBuilder();
      text.append(markdown(heading().stream())).append("|---|---|---|---|");
      text.append("---|".repeat(environments.size())).append('\n');
      rows.forEach(row -> text.append(markdown(row.stream())));
      return text.toString();
    }

    private static String markdown(Stream<String> cells) {
      return cells.collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private String csv() {
      StringBuilder csv =
          new StringBuilder(
              "environment,agent,runs,steps,llmEvaluations,scoreIqm,scoreLow,scoreHigh,meanScore,"
                  + "meanScoreLow,meanScoreHigh,returnIqm,returnLow,returnHigh,regretIqm,regretLow,"
                  + "regretHigh,optimal,random\n");
      standings.forEach(
          (agent, of) ->
              of.forEach(
                  (environment, standing) -> {
                    Interval returns = standing.middleReturn(bootstrap);
                    csv.append(environment)
                        .append(',')
                        .append(agent)
                        .append(',')
                        .append(standing.entries().size())
                        .append(',')
                        .append(span(Standing.steps(List.of(standing))).replace(",", ""))
                        .append(',')
                        .append(
                            Standing.llmEvaluations(List.of(standing))
                                .map(Writing::span)
                                .orElse("")
                                .replace(",", ""));
                    for (Interval interval :
                        List.of(
                            standing.middleScore(bootstrap),
                            standing.meanScore(bootstrap),
                            returns,
                            returns.below(standing.exact().optimal()))) {
                      Format.append(csv, interval);
                    }
                    Format.append(csv, standing.exact().optimal(), standing.exact().random());
                    csv.append('\n');
                  }));
      return csv.toString();
    }

    private String episodes() {
      StringBuilder csv =
          new StringBuilder("environment,episode,seed,sigma,m,p,optimal,alwaysStay,random\n");
      tests.forEach(
          (environment, test) -> {
            for (int i = 0; i < test.seeds().size(); i++) {
              EnvironmentState.Episode start = test.starts().get(i);
              StartReturns exact = test.exact().get(i);
              csv.append(environment).append(',').append(i).append(',').append(test.seeds().get(i));
              Format.append(csv, start.now().sigma(), start.now().m());
              csv.append(',').append(start.split());
              Format.append(csv, exact.optimal(), exact.alwaysStay(), exact.random());
              csv.append('\n');
            }
          });
      return csv.toString();
    }

    private static String span(LongSummaryStatistics values) {
      return values.getMin() == values.getMax()
          ? String.format(Locale.ROOT, "%,d", values.getMin())
          : String.format(Locale.ROOT, "%,d to %,d", values.getMin(), values.getMax());
    }
  }
}
