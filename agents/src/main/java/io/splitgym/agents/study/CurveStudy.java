package io.splitgym.agents.study;

import io.splitgym.agents.evaluation.Bootstrap;
import io.splitgym.agents.evaluation.Interval;
import io.splitgym.figure.FigureFiles;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Returns while learning, as figures 5 and 8 of Chen et al. (arXiv 2406.02616) have them: {@code
 * curves.csv} and {@code scores.csv}, a figure for each panel and one over all of them, and what
 * they show in words.
 */
public final class CurveStudy implements Study {
  private static final String HORIZONTAL = "steps of training";
  private static final double MARGIN = 0.05;
  private static final double LEAST_SHORTFALL = 0.01;

  private final CurveKind kind;

  public CurveStudy(CurveKind kind) {
    this.kind = kind;
  }

  @Override
  public String name() {
    return kind.text();
  }

  @Override
  public Result write(Path folder, List<Line> lines, StudyOptions options, Progress progress)
      throws IOException {
    Peers peers = new Peers(folder, options);
    Runs own = new Runs(folder, options, Map.of());
    if (kind == CurveKind.PEERS) {
      own.requireSameSettings(lines);
      // before anything is trained, so that the other library can train beside this one
      peers.order(lines);
    }
    Map<Line, List<Table>> runs =
        own.complete(
            lines,
            (line, seed, steps) -> LearningCurve.train(line, options, seed, steps),
            progress);
    if (kind == CurveKind.PEERS) {
      runs.putAll(peers.runs(lines));
    }
    List<Outcome> outcomes =
        runs.entrySet().stream()
            .map(entry -> Outcome.of(entry.getKey(), entry.getValue(), options.testEpisodes()))
            .toList();
    return new Writing(folder, options, outcomes).write();
  }

  /** One study's files. */
  private final class Writing {
    private final Path folder;
    private final StudyOptions options;
    private final Bootstrap bootstrap;
    private final Map<String, List<Outcome>> panels = new LinkedHashMap<>();
    private final List<Outcome> outcomes;
    private final Report report = new Report(kind.title());

    Writing(Path folder, StudyOptions options, List<Outcome> outcomes) {
      this.folder = folder;
      this.options = options;
      this.bootstrap = options.bootstrap();
      this.outcomes = outcomes;
      for (Outcome outcome : outcomes) {
        panels.computeIfAbsent(outcome.line().panel(), panel -> new ArrayList<>()).add(outcome);
      }
    }

    Result write() throws IOException {
      Map<String, List<Outcome>> across = acrossPanels();
      new CurveTables(outcomes, across, bootstrap).write(folder);
      List<String> findings = new ArrayList<>();
      report
          .paragraph(kind.lead())
          .paragraph(
              String.format(
                  Locale.ROOT,
                  "Each line is %d runs with the training seeds %d to %d, %,d steps each on the"
                      + " surrogate. Now and then the policy's most probable actions are played in"
                      + " the same %d test episodes, apart from the training. Lines are"
                      + " interquartile means over the runs, bands their 95 %% stratified bootstrap"
                      + " intervals (Agarwal et al., NeurIPS 2021). Scores are 0 for random actions"
                      + " and 1 for the exact optimum, both for these very episodes: computed by"
                      + " dynamic programming, or where the channel's course is random as played"
                      + " under the courses that all agents meet. The optimum knows the time left and how the episode"
                      + " started, which an observation doesn't show. What lies below random"
                      + " actions isn't drawn.",
                  options.seeds(),
                  options.firstSeed(),
                  options.firstSeed() + options.seeds() - 1,
                  options.steps(),
                  options.episodes()));
      for (Map.Entry<String, List<Outcome>> panel : panels.entrySet()) {
        String finding = "Case " + panel.getKey() + ": " + finding(panel.getValue());
        findings.add(finding);
        report.heading("Case " + panel.getKey());
        report.figure(draw(panel.getKey(), panel.getValue()), finding);
        report.table(
            List.of(
                "", "score, IQM", "score, mean", "return, IQM", "optimum", "always stay", "random"),
            panel.getValue().stream().map(this::row).toList());
      }
      if (!across.isEmpty()) {
        String finding = acrossFinding(across);
        findings.add(finding);
        report.heading("All cases together");
        report.figure(drawAcross(across), finding);
        report.figure(
            drawShortfall(across),
            "What is left to the optimum: 1 less the score, on a logarithmic scale, where lines that"
                + " come near the optimum can be told apart.");
      }
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("seeds", options.allSeeds());
      data.putAll(options.settings());
      data.put("lines", scores());
      return report.end(
          folder,
          name(),
          findings,
          data,
          "curves.csv has every line's interquartile means and intervals, scores.csv what came out"
              + " at the end, with the regret against the optimum, runs.csv each run as it went;"
              + " runs/ beside them what runs depend on.");
    }

    private List<Map<String, Object>> scores() {
      List<Map<String, Object>> all = new ArrayList<>();
      for (Outcome outcome : outcomes) {
        int last = outcome.evaluations() - 1;
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("panel", outcome.line().panel());
        entry.put("line", outcome.line().label());
        entry.put("scoreIqm", outcome.middleScore(last, bootstrap));
        entry.put("meanScore", outcome.meanScore(last, bootstrap));
        entry.put("returnIqm", outcome.middleReturn(last, bootstrap));
        entry.put("exact", outcome.exact());
        entry.put("finalReturns", outcome.returns().get(last));
        entry.put("settings", outcome.line().settings());
        all.add(entry);
      }
      return all;
    }

    private List<String> row(Outcome outcome) {
      int last = outcome.evaluations() - 1;
      String label = outcome.line().label();
      return List.of(
          kind == CurveKind.PEERS ? label + ", " + outcome.runs() + " runs" : label,
          Format.interval(outcome.middleScore(last, bootstrap)),
          Format.interval(outcome.meanScore(last, bootstrap)),
          Format.interval(outcome.middleReturn(last, bootstrap)),
          Format.number(outcome.exact().optimal()),
          Format.number(outcome.exact().alwaysStay()),
          Format.number(outcome.exact().random()));
    }

    private Path draw(String panel, List<Outcome> lines) throws IOException {
      boolean oneOptimum =
          lines.stream().mapToDouble(line -> line.exact().optimal()).distinct().count() == 1;
      // early returns far below random actions would leave no room for what is compared
      double floor = lines.stream().mapToDouble(line -> line.exact().random()).min().orElseThrow();
      if (!oneOptimum) {
        floor = Math.max(floor, lowest(lines));
      }
      double best = lines.stream().mapToDouble(line -> line.exact().optimal()).max().orElseThrow();
      Drawing drawing =
          new Drawing(kind.title() + ", case " + panel, HORIZONTAL, "undiscounted return")
              .counting()
              .between(floor - MARGIN * (best - floor), best + MARGIN * (best - floor));
      double[] places =
          lines.stream()
              .flatMapToLong(line -> LongStream.of(line.steps()))
              .asDoubleStream()
              .toArray();
      List<String> own =
          lines.stream().map(outcome -> Peers.own(outcome.line().label())).distinct().toList();
      for (Outcome outcome : lines) {
        String label = outcome.line().label();
        Color colour = Drawing.colour(own.indexOf(Peers.own(label)));
        curve(
            drawing,
            label,
            outcome.steps(),
            intervals(outcome, outcome::middleReturn),
            colour,
            Peers.stroke(label));
        if (!oneOptimum) {
          drawing.level(
              outcome.line().label() + ", optimum", places, outcome.exact().optimal(), colour);
        }
      }
      if (oneOptimum) {
        drawing.level("exact optimum", places, lines.get(0).exact().optimal(), Color.BLACK);
        drawing.level("random actions", places, lines.get(0).exact().random(), Color.GRAY);
      }
      return FigureFiles.write(folder, name() + "-" + panel.replace(' ', '-'), drawing.chart())
          .get(0);
    }

    private double lowest(List<Outcome> lines) {
      return lines.stream()
          .flatMap(line -> intervals(line, line::middleReturn).stream())
          .mapToDouble(Interval::low)
          .min()
          .orElseThrow();
    }

    private List<Interval> intervals(Outcome outcome, Middle middle) {
      List<Interval> intervals = new ArrayList<>();
      for (int i = 0; i < outcome.evaluations(); i++) {
        intervals.add(middle.of(i, bootstrap));
      }
      return intervals;
    }

    /**
     * Labels that every panel has, evaluated after the same steps with as many runs each, so that
     * no panel counts for more; none if there is one panel, or one whose scores aren't defined.
     */
    private Map<String, List<Outcome>> acrossPanels() {
      Map<String, List<Outcome>> across = new LinkedHashMap<>();
      if (panels.size() == 1) {
        return across;
      }
      for (Outcome outcome : outcomes) {
        across.computeIfAbsent(outcome.line().label(), label -> new ArrayList<>()).add(outcome);
      }
      across
          .values()
          .removeIf(
              same ->
                  same.size() < panels.size()
                      || same.stream()
                          .anyMatch(
                              outcome ->
                                  !Arrays.equals(outcome.steps(), same.get(0).steps())
                                      || outcome.runs() != same.get(0).runs()
                                      || Double.isNaN(outcome.scores(0)[0])));
      return across;
    }

    private Path drawAcross(Map<String, List<Outcome>> across) throws IOException {
      Drawing drawing =
          new Drawing(kind.title() + ", all cases", HORIZONTAL, "normalised score")
              .counting()
              .between(-MARGIN, 1 + MARGIN);
      int index = 0;
      double[] places = {0, options.steps()};
      for (Map.Entry<String, List<Outcome>> entry : across.entrySet()) {
        Outcome first = entry.getValue().get(0);
        curve(
            drawing,
            entry.getKey(),
            first.steps(),
            intervals(first, (i, with) -> Outcome.middleScore(entry.getValue(), i, with)),
            Drawing.colour(index++),
            Drawing.Stroke.SOLID);
      }
      drawing.level("exact optimum", places, 1, Color.BLACK);
      return FigureFiles.write(folder, name() + "-" + CurveTables.OVER_ALL, drawing.chart()).get(0);
    }

    private Path drawShortfall(Map<String, List<Outcome>> across) throws IOException {
      Drawing drawing =
          new Drawing(kind.title() + ", all cases", HORIZONTAL, "1 - normalised score")
              .counting()
              .logarithmic()
              .between(LEAST_SHORTFALL, 1);
      int index = 0;
      for (Map.Entry<String, List<Outcome>> entry : across.entrySet()) {
        Outcome first = entry.getValue().get(0);
        curve(
            drawing,
            entry.getKey(),
            first.steps(),
            intervals(first, (i, with) -> Outcome.middleScore(entry.getValue(), i, with)).stream()
                .map(CurveStudy::shortfall)
                .toList(),
            Drawing.colour(index++),
            Drawing.Stroke.SOLID);
      }
      return FigureFiles.write(folder, name() + "-shortfall", drawing.chart()).get(0);
    }

    private String finding(List<Outcome> lines) {
      Map<String, Interval> scores = new LinkedHashMap<>();
      for (Outcome outcome : lines) {
        scores.put(
            outcome.line().label(), outcome.middleScore(outcome.evaluations() - 1, bootstrap));
      }
      return said(scores) + " " + kind.judgement(scores);
    }

    private String acrossFinding(Map<String, List<Outcome>> across) {
      Map<String, Interval> scores = new LinkedHashMap<>();
      across.forEach(
          (label, same) ->
              scores.put(
                  label, Outcome.middleScore(same, same.get(0).evaluations() - 1, bootstrap)));
      return "Over all " + panels.size() + " cases: " + said(scores) + " " + kind.judgement(scores);
    }

    private String said(Map<String, Interval> scores) {
      return String.format(Locale.ROOT, "after %,d steps the scores are ", options.steps())
          + scores.entrySet().stream()
              .sorted(Comparator.comparingDouble(entry -> -entry.getValue().mean()))
              .map(entry -> entry.getKey() + " " + Format.interval(entry.getValue()))
              .collect(Collectors.joining(", "))
          + ".";
    }
  }

  /** Of a line, after an evaluation. */
  @FunctionalInterface
  private interface Middle {
    Interval of(int evaluation, Bootstrap bootstrap);
  }

  private static void curve(
      Drawing drawing,
      String name,
      long[] steps,
      List<Interval> intervals,
      Color colour,
      Drawing.Stroke stroke) {
    double[] places = LongStream.of(steps).asDoubleStream().toArray();
    drawing.band(
        name,
        places,
        intervals.stream().mapToDouble(Interval::low).toArray(),
        intervals.stream().mapToDouble(Interval::high).toArray(),
        colour);
    drawing.line(
        name, places, intervals.stream().mapToDouble(Interval::mean).toArray(), colour, stroke);
  }

  /** From a score to what it lacks, within what a logarithmic axis shows. */
  private static Interval shortfall(Interval score) {
    Interval missing = score.below(1);
    return new Interval(
        Math.max(LEAST_SHORTFALL, missing.mean()),
        Math.max(LEAST_SHORTFALL, missing.low()),
        Math.max(LEAST_SHORTFALL, missing.high()));
  }
}
