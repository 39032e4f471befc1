package io.splitgym.agents.study;

import io.splitgym.agents.evaluation.Comparison;
import io.splitgym.agents.evaluation.Interval;
import io.splitgym.agents.learning.Training;
import io.splitgym.agents.learning.TrainingListener;
import io.splitgym.agents.optimal.Optimum;
import io.splitgym.agents.optimal.Optimum.BestSplit;
import io.splitgym.agents.policy.Policy;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Range;
import io.splitgym.channel.ShortestDecimal;
import io.splitgym.cli.WholeFile;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.environment.SplitRange;
import io.splitgym.environment.StepResult;
import io.splitgym.figure.FigureFiles;
import io.splitgym.space.BoxElement;
import io.splitgym.space.DiscreteElement;
import io.splitgym.space.SpaceElement;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.awt.Color;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.apache.commons.math3.analysis.interpolation.LoessInterpolator;
import org.apache.commons.math3.stat.correlation.SpearmansCorrelation;

/**
 * The split that a trained policy settles on, against the noise: figure 7 of Chen et al. (arXiv
 * 2406.02616), with a LOESS trend and the exact p*. {@code splits.csv} has the numbers.
 */
public final class SplitStudy implements Study {
  public static final String NAME = "split-against-noise";

  private static final String TITLE = "The split against the noise";
  private static final String SIGMA = "sigma";
  private static final String MEAN = "split";
  private static final String LEAST = "least";
  private static final String GREATEST = "greatest";
  private static final String REWARD = "reward";
  private static final int LEAST_SIGMAS = 5;
  private static final int MOST_SIGMAS = 1000;
  private static final double LOESS_BANDWIDTH = 0.4;
  // as R's loess: means of runs have no outliers to be robust against
  private static final int LOESS_ROBUSTNESS = 0;
  private static final MathContext DIGITS = new MathContext(12);

  private final double m;
  private final int sigmas;

  /**
   * @param m the Nakagami shape that the split is asked for
   * @param sigmas how many values of sigma, evenly spaced, both ends included
   */
  public SplitStudy(double m, int sigmas) {
    this.m = m;
    this.sigmas = Require.inRange("sigmas", sigmas, LEAST_SIGMAS, MOST_SIGMAS);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Result write(Path folder, List<Line> lines, StudyOptions options, Progress progress)
      throws IOException {
    for (Line line : lines) {
      Range range = line.parameters().ranges().m();
      if (!range.contains(m)) {
        throw new InvalidValueException("--m", m, "in " + range + ", as in case " + line.panel());
      }
    }
    Map<Line, List<Table>> runs =
        new Runs(folder, options, Map.of("m", m, "sigmas", sigmas))
            .complete(lines, (line, seed, steps) -> settled(line, options, seed, steps), progress);
    Report report = new Report(TITLE);
    report
        .paragraph(
            "Which split a trained policy settles on under each noise: figure 7 of Chen et al."
                + " (arXiv 2406.02616) on SplitGym's surrogate.")
        .paragraph(
            String.format(
                Locale.ROOT,
                "Policies were trained for %,d steps with the seeds %d to %d. Each then follows its"
                    + " most probable actions from every start split, for as many steps as the"
                    + " range has splits and at least an episode, at m = %s and %d values of sigma;"
                    + " a point is one seed's mean over the starts. The line is the LOESS trend of"
                    + " the points (bandwidth %s, Commons Math), the band the 95 %% bootstrap"
                    + " interval of the mean over seeds; where the points jump, a smooth trend"
                    + " leaves it. The dashed steps are p*, the split of the"
                    + " greatest reward in that state, found by trying all at each of these values;"
                    + " where between two of them it jumps isn't known, and drawn in the middle.",
                options.steps(),
                options.firstSeed(),
                options.firstSeed() + options.seeds() - 1,
                ShortestDecimal.of(m),
                sigmas,
                ShortestDecimal.of(LOESS_BANDWIDTH)));
    List<String> findings = new ArrayList<>();
    List<Map<String, Object>> entries = new ArrayList<>();
    StringBuilder csv =
        new StringBuilder("panel,line,sigma,m,split,splitLow,splitHigh,loess,bestSplit\n");
    StringBuilder runsCsv = new StringBuilder("panel,line,run,sigma,m,split\n");
    for (Map.Entry<Line, List<Table>> entry : runs.entrySet()) {
      Line line = entry.getKey();
      Chosen chosen = chosen(line, entry.getValue(), options);
      String finding = chosen.finding(line);
      findings.add(finding);
      report.heading("Case " + line.panel() + ", " + line.label());
      report.figure(draw(folder, line, chosen), finding);
      csv.append(chosen.csv(line));
      runsCsv.append(chosen.runsCsv(line));
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("panel", line.panel());
      data.put("line", line.label());
      data.put("rankCorrelation", chosen.rankCorrelation(chosen.means()));
      data.put("rankCorrelationOfBest", chosen.rankCorrelation(chosen.best()));
      data.put("meanDistanceFromBest", chosen.meanDistance());
      data.put("costPerStep", chosen.cost());
      data.put("settings", line.settings());
      entries.add(data);
    }
    WholeFile.write(folder.resolve("splits.csv"), csv.toString());
    WholeFile.write(folder.resolve("runs.csv"), runsCsv.toString());
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("seeds", options.allSeeds());
    data.putAll(options.settings());
    data.put("m", m);
    data.put("sigmas", sigmas);
    data.put("lines", entries);
    return report.end(
        folder,
        NAME,
        findings,
        data,
        "splits.csv has what is drawn, runs.csv what each seed's policy chose; runs/ beside them what"
            + " runs depend on.");
  }

  /** Trains once and asks for the split under every noise. */
  private Table settled(Line line, StudyOptions options, long seed, LongConsumer progress) {
    TrainingListener listener = progress::accept;
    Policy policy =
        line.learner().train(new Training(line::environment, options.steps(), seed, 1, listener));
    List<double[]> rows = new ArrayList<>();
    SplitRange starts = line.parameters().starts();
    try (SplitInferenceEnvironment environment = line.environment(lasting(line.parameters()))) {
      for (double sigma : places(line)) {
        List<Settled> settled =
            IntStream.rangeClosed(starts.min(), starts.max())
                .mapToObj(start -> followed(environment, policy, sigma, start))
                .toList();
        double[] splits = settled.stream().mapToDouble(Settled::split).toArray();
        rows.add(
            new double[] {
              sigma,
              Comparison.mean(splits),
              Arrays.stream(splits).min().orElseThrow(),
              Arrays.stream(splits).max().orElseThrow(),
              Comparison.mean(settled.stream().mapToDouble(Settled::reward).toArray())
            });
      }
    }
    return new Table(List.of(SIGMA, MEAN, LEAST, GREATEST, REWARD), rows);
  }

  /** Where a policy is at last, and the reward of its last step. */
  private record Settled(double split, double reward) {}

  private Settled followed(
      SplitInferenceEnvironment environment, Policy policy, double sigma, int start) {
    SpaceElement observation =
        environment.reset(0L, Map.of(SIGMA, sigma, "m", m, "p", start)).observation();
    StepResult step;
    do {
      step = environment.step(new DiscreteElement(policy.greedyAction(observation)));
      observation = step.observation();
    } while (!step.done());
    return new Settled(((BoxElement) observation).at(2), step.reward());
  }

  /** Long enough to cross all splits, a layer at a time. */
  private static SplitInferenceParameters lasting(SplitInferenceParameters parameters) {
    int splits = parameters.splits().max() - parameters.splits().min() + 1;
    return new SplitInferenceParameters(
        parameters.actions(),
        parameters.reward(),
        parameters.dynamics(),
        parameters.ranges(),
        parameters.splits(),
        parameters.starts(),
        Math.max(parameters.episodeSteps(), splits),
        parameters.endsAs(),
        parameters.actionMask(),
        parameters.observeStepsLeft());
  }

  private double[] places(Line line) {
    Range range = line.parameters().ranges().sigma();
    double[] places = new double[sigmas];
    for (int i = 0; i < sigmas; i++) {
      double place = range.low() + (range.high() - range.low()) * i / (sigmas - 1);
      // 0.02 and not 0.019999999999999997, which is no name for a row
      places[i] = range.clip(BigDecimal.valueOf(place).round(DIGITS).doubleValue());
    }
    return places;
  }

  private Chosen chosen(Line line, List<Table> runs, StudyOptions options) {
    double[] places = places(line);
    List<double[]> columns = runs.stream().map(run -> run.column(MEAN)).toList();
    List<double[]> points = new ArrayList<>();
    List<Interval> intervals = new ArrayList<>();
    double[] best = new double[sigmas];
    double cost = 0;
    Optimum optimum = Optimum.of(line.model(), line.parameters());
    SplitRange starts = line.parameters().starts();
    for (int i = 0; i < sigmas; i++) {
      int place = i;
      double[] seeds = columns.stream().mapToDouble(column -> column[place]).toArray();
      points.add(seeds);
      intervals.add(options.bootstrap().stratified(List.of(seeds), Comparison::mean));
      List<BestSplit> exact =
          IntStream.rangeClosed(starts.min(), starts.max())
              .mapToObj(start -> optimum.bestSplit(new ChannelState(places[place], m), start))
              .toList();
      best[i] = Comparison.mean(exact.stream().mapToDouble(BestSplit::split).toArray());
      double reached =
          Comparison.mean(runs.stream().mapToDouble(run -> run.column(REWARD)[place]).toArray());
      cost += Comparison.mean(exact.stream().mapToDouble(BestSplit::reward).toArray()) - reached;
    }
    double[] means = intervals.stream().mapToDouble(Interval::mean).toArray();
    double[] trend =
        places[0] == places[sigmas - 1]
            ? means
            : new LoessInterpolator(LOESS_BANDWIDTH, LOESS_ROBUSTNESS).smooth(places, means);
    return new Chosen(m, places, points, intervals, means, trend, best, cost / sigmas);
  }

  private static Path draw(Path folder, Line line, Chosen chosen) throws IOException {
    Drawing drawing =
        new Drawing(
                String.format(
                    Locale.ROOT,
                    "%s, case %s, %s, m = %s",
                    TITLE,
                    line.panel(),
                    line.label(),
                    ShortestDecimal.of(chosen.m())),
                "noise intensity sigma",
                "split p")
            .hundredths();
    Color colour = Drawing.colour(0);
    double[] places = chosen.places();
    drawing.band(
        line.label(),
        places,
        chosen.intervals().stream().mapToDouble(Interval::low).toArray(),
        chosen.intervals().stream().mapToDouble(Interval::high).toArray(),
        colour);
    int seeds = chosen.points().get(0).length;
    drawing.points(
        line.label() + ", a seed",
        Arrays.stream(places)
            .flatMap(place -> IntStream.range(0, seeds).mapToDouble(seed -> place))
            .toArray(),
        chosen.points().stream().flatMapToDouble(Arrays::stream).toArray(),
        colour);
    drawing.line(line.label() + ", LOESS", places, chosen.trend(), Drawing.colour(1));
    drawing.steps("exact p*", places, chosen.best(), Color.BLACK);
    return FigureFiles.write(folder, NAME + "-" + line.folder(), drawing.chart()).get(0);
  }

  /** What one line's policies chose, by sigma. */
  private record Chosen(
      double m,
      double[] places,
      List<double[]> points,
      List<Interval> intervals,
      double[] means,
      double[] trend,
      double[] best,
      double cost) {
    private static final double CLEAR = 0.3;

    /** Between sigma and splits; NaN where the splits are all the same. */
    double rankCorrelation(double[] splits) {
      return new SpearmansCorrelation().correlation(places, splits);
    }

    /** Of each seed's split from p*, so that one that is too low doesn't make up for another. */
    double meanDistance() {
      return IntStream.range(0, best.length)
          .boxed()
          .flatMapToDouble(
              i -> Arrays.stream(points.get(i)).map(split -> Math.abs(split - best[i])))
          .average()
          .orElseThrow();
    }

    String finding(Line line) {
      String range =
          String.format(
              Locale.ROOT,
              "The policies of %s settle on splits from %.1f at sigma = %.2f to %.1f at sigma = %.2f;"
                  + " p* goes from %.1f to %.1f. On average each is %.2f layers away from p*, which"
                  + " costs %.4f of reward a step. ",
              line.label(),
              means[0],
              places[0],
              means[means.length - 1],
              places[places.length - 1],
              best[0],
              best[best.length - 1],
              meanDistance(),
              cost);
      return range + direction();
    }

    private String direction() {
      double learned = rankCorrelation(means);
      double exact = rankCorrelation(best);
      String numbers =
          String.format(
              Locale.ROOT,
              " (rank correlation with sigma %s, that of p* %s)",
              text(learned),
              text(exact));
      if (learned > CLEAR) {
        return "More noise moves the split away from the input" + numbers + ", as in the paper.";
      }
      return (learned < -CLEAR
              ? "More noise moves the split towards the input"
              : "The split doesn't follow the noise clearly")
          + numbers
          + ", unlike in the paper, where it moves away from the input.";
    }

    private static String text(double correlation) {
      return Double.isNaN(correlation)
          ? "none, as it never changes"
          : String.format(Locale.ROOT, "%.2f", correlation);
    }

    String csv(Line line) {
      StringBuilder csv = new StringBuilder();
      for (int i = 0; i < places.length; i++) {
        csv.append(line.panel()).append(',').append(line.label());
        Format.append(csv, places[i], m);
        Format.append(csv, intervals.get(i));
        Format.append(csv, trend[i], best[i]);
        csv.append('\n');
      }
      return csv.toString();
    }

    /** Each seed's split at each sigma. */
    String runsCsv(Line line) {
      StringBuilder csv = new StringBuilder();
      for (int i = 0; i < places.length; i++) {
        for (int run = 0; run < points.get(i).length; run++) {
          csv.append(line.panel()).append(',').append(line.label()).append(',').append(run + 1);
          Format.append(csv, places[i], m, points.get(i)[run]);
          csv.append('\n');
        }
      }
      return csv.toString();
    }
  }
}
