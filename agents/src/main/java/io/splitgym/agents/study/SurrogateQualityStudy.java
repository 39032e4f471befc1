package io.splitgym.agents.study;

import io.splitgym.agents.evaluation.Bootstrap;
import io.splitgym.agents.evaluation.Comparison;
import io.splitgym.agents.evaluation.Interval;
import io.splitgym.agents.modelbased.Cell;
import io.splitgym.agents.modelbased.CellValues;
import io.splitgym.agents.modelbased.Ensemble;
import io.splitgym.agents.modelbased.EnsembleOptions;
import io.splitgym.agents.modelbased.LevelGrid;
import io.splitgym.agents.modelbased.MeasuredCells;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.ShortestDecimal;
import io.splitgym.cli.WholeFile;
import io.splitgym.figure.FigureFiles;
import io.splitgym.fitting.FitOptions;
import io.splitgym.fitting.FitReport;
import io.splitgym.fitting.RegressionErrors;
import io.splitgym.fitting.Regressor;
import io.splitgym.fitting.SurrogateFit;
import io.splitgym.measurement.MeasurementCsv;
import io.splitgym.measurement.Measurements;
import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * How good a surrogate is beside simpler regressors, by how much it was fitted to: by the number of
 * cells that the LLM was evaluated at, which is what a surrogate costs; and, from all of these, by
 * the number of (sigma, m, p) that the shipped network is fitted to, which cost nothing more.
 *
 * @param sizes how many cells of the LLM are drawn; at least {@value #LEAST} each
 * @param heldOut shares of the (sigma, m, p) that the fits leave aside
 * @param ensemble that predicts cells
 * @param fit of the shipped network; the seed is the run's
 * @param firstSeed of the runs
 * @param seeds how many runs, each with cells of its own
 * @param fitSeeds how many of them fit the shipped network too, which takes longer; 0 leaves that
 *     half of the study out
 * @param threads how many at a time
 */
public record SurrogateQualityStudy(
    List<Integer> sizes,
    List<Double> heldOut,
    EnsembleOptions ensemble,
    FitOptions fit,
    long firstSeed,
    int seeds,
    int fitSeeds,
    int threads) {
  public static final String NAME = "surrogate-quality";

  /** A cubic polynomial in two variables has ten terms. */
  private static final int LEAST = 12;

  private static final int MOST_SEEDS = 1000;
  private static final int MOST_THREADS = 256;
  private static final int SIGMAS = 12;
  private static final int SHAPES = 8;
  private static final int FEATURES = 2;

  private static final String SIZE = "size";
  private static final String REGRESSOR = "regressor";
  private static final String RMSE = "rmse";
  private static final String GREATEST = "greatest";
  private static final String REGRET = "regret";
  private static final List<String> BY_EVALUATIONS =
      List.of(SIZE, REGRESSOR, RMSE, GREATEST, REGRET);
  private static final List<String> BY_CELLS = List.of(SIZE, REGRESSOR, RMSE, GREATEST);

  private static final String ENSEMBLE = "ensemble of networks";
  private static final String BILINEAR = "bilinear on a lattice";
  private static final String NETWORK = "network";

  public SurrogateQualityStudy {
    sizes = List.copyOf(sizes);
    heldOut = List.copyOf(heldOut);
    sizes.forEach(size -> Require.inRange("sizes", size, LEAST, Integer.MAX_VALUE));
    for (double share : heldOut) {
      if (!(share > 0 && share < 1)) {
        throw new InvalidValueException("heldOut", share, "in (0, 1)");
      }
    }
    Require.inRange("seeds", seeds, 1, MOST_SEEDS);
    Require.followed("seed", firstSeed, seeds);
    Require.inRange("fitSeeds", fitSeeds, 0, seeds);
    Require.inRange("threads", threads, 1, MOST_THREADS);
  }

  /** One of the two halves. */
  private record Half(String folder, Map<String, Object> settings, List<String> regressors)
      implements Task {}

  /**
   * Runs what isn't run yet, and writes data, figures and {@code report.html}.
   *
   * @param measurements of a whole grid, every split at every level
   * @throws InvalidValueException if the folder holds runs of other settings, or there are fewer
   *     cells than the greatest size asks for
   */
  public Study.Result write(Path folder, Measurements measurements, Progress progress)
      throws IOException {
    MeasuredCells cells = MeasuredCells.of(measurements);
    int all = cells.grid().cells().size();
    sizes.forEach(size -> Require.inRange("sizes", size, LEAST, all - 1));
    String hash = MeasurementCsv.hash(measurements);
    List<String> alternatives = Arrays.stream(Regressor.values()).map(Regressor::text).toList();
    Half byEvaluations =
        new Half(
            "by-evaluations",
            Map.of("dataHash", hash, "sizes", sizes, "ensemble", ensemble),
            with(with(alternatives, BILINEAR), ENSEMBLE));
    Half byCells =
        new Half(
            "by-cells",
            Map.of("dataHash", hash, "heldOut", heldOut, "fit", fit.withSeed(0)),
            with(alternatives, NETWORK));
    Truth truth = Truth.of(cells);
    long total = (long) sizes.size() * seeds + (long) heldOut.size() * fitSeeds;
    Map<Half, List<Table>> runs = new LinkedHashMap<>();
    runs.putAll(
        runs(folder, seeds, sizes.size())
            .complete(
                List.of(byEvaluations),
                (half, seed, done) -> runByEvaluations(truth, seed, done),
                (done, of) -> progress.update(done, total)));
    if (fitSeeds > 0) {
      long before = (long) sizes.size() * seeds;
      runs.putAll(
          runs(folder, fitSeeds, heldOut.size())
              .complete(
                  List.of(byCells),
                  (half, seed, done) -> runByCells(measurements, seed, done),
                  (done, of) -> progress.update(before + done, total)));
    }
    return new Writing(folder, measurements, truth, runs).write();
  }

  private Runs runs(Path folder, int count, int pieces) {
    List<Long> of = LongStream.range(firstSeed, firstSeed + count).boxed().toList();
    return new Runs(folder, of, pieces, threads, Map.of());
  }

  private static List<String> with(List<String> names, String more) {
    List<String> all = new ArrayList<>(names);
    all.add(more);
    return List.copyOf(all);
  }

  /** The measured grid, and the best splits that follow from it. */
  private record Truth(CellValues values, List<ChannelState> states, double[][] costs) {
    static Truth of(MeasuredCells cells) {
      FitOptions usual = FitOptions.DEFAULT;
      List<ChannelState> states = new ArrayList<>();
      for (int i = 0; i < SIGMAS; i++) {
        // at sigma = 0 every split is as good
        double sigma = usual.ranges().sigma().high() * (i + 1) / SIGMAS;
        double ratio = usual.ranges().m().high() / usual.ranges().m().low();
        for (int j = 0; j < SHAPES; j++) {
          double m = usual.ranges().m().low() * StrictMath.pow(ratio, (double) j / (SHAPES - 1));
          states.add(new ChannelState(sigma, usual.ranges().m().clip(m)));
        }
      }
      CellValues values = cells.values();
      return new Truth(values, List.copyOf(states), costs(values, states));
    }

    LevelGrid grid() {
      return values.grid();
    }

    /** [states][splits]: ln PPL plus the share of the layers on the user equipment. */
    static double[][] costs(CellValues values, List<ChannelState> states) {
      LevelGrid grid = values.grid();
      return states.stream()
          .map(
              state ->
                  IntStream.rangeClosed(grid.splits().min(), grid.splits().max())
                      .mapToDouble(
                          split -> values.expected(state, split) + (double) split / grid.layers())
                      .toArray())
          .toArray(double[][]::new);
    }

    /** What it costs on average to choose splits by other values. */
    double regret(CellValues others) {
      double[][] believed = costs(others, states);
      double sum = 0;
      for (int i = 0; i < believed.length; i++) {
        sum += costs[i][least(believed[i])] - costs[i][least(costs[i])];
      }
      return sum / believed.length;
    }

    private static int least(double[] values) {
      int least = 0;
      for (int i = 1; i < values.length; i++) {
        least = values[i] < values[least] ? i : least;
      }
      return least;
    }
  }

  private Table runByEvaluations(Truth truth, long seed, LongConsumer done) {
    List<double[]> rows = new ArrayList<>();
    for (int i = 0; i < sizes.size(); i++) {
      RandomStream random = RandomStream.ofSeed(seed).named("cells", sizes.get(i));
      List<Cell> drawn = shuffled(truth.grid().cells(), random.named("drawn"));
      drawn = drawn.subList(0, sizes.get(i));
      long fitSeed = random.named("fit").nextLong();
      int number = 0;
      for (Regressor regressor : Regressor.values()) {
        rows.add(row(truth, drawn, number++, alternative(truth, drawn, regressor, fitSeed)));
      }
      List<Cell> lattice = Lattice.cells(truth.grid(), sizes.get(i));
      rows.add(row(truth, lattice, number++, new Lattice(truth.values(), lattice)::at));
      Ensemble fitted = Ensemble.fit(truth.grid(), known(truth, drawn), ensemble, fitSeed);
      rows.add(row(truth, drawn, number, fitted::mean));
      done.accept(i + 1);
    }
    return new Table(BY_EVALUATIONS, rows);
  }

  private static List<Cell> shuffled(List<Cell> cells, RandomStream random) {
    List<Cell> order = new ArrayList<>(cells);
    for (int i = order.size() - 1; i > 0; i--) {
      Collections.swap(order, i, random.nextInteger(0, i));
    }
    return order;
  }

  private static Map<Cell, Double> known(Truth truth, List<Cell> cells) {
    Map<Cell, Double> known = new HashMap<>();
    cells.forEach(cell -> known.put(cell, truth.values().at(cell)));
    return known;
  }

  /** Judges predictions at the cells that weren't seen, and the splits chosen by them. */
  private static double[] row(
      Truth truth, List<Cell> seen, int regressor, ToDoubleFunction<Cell> prediction) {
    List<Cell> unseen = truth.grid().cells().stream().filter(cell -> !seen.contains(cell)).toList();
    RegressionErrors errors =
        RegressionErrors.of(
            unseen.stream().mapToDouble(truth.values()::at).toArray(),
            unseen.stream().mapToDouble(prediction).toArray());
    CellValues completed =
        CellValues.of(truth.grid(), truth.values().clean(), prediction).with(known(truth, seen));
    return new double[] {
      seen.size(), regressor, errors.rmse(), errors.greatest(), truth.regret(completed)
    };
  }

  private static ToDoubleFunction<Cell> alternative(
      Truth truth, List<Cell> seen, Regressor regressor, long seed) {
    LevelGrid grid = truth.grid();
    double[][] samples = seen.stream().map(cell -> features(grid, cell)).toArray(double[][]::new);
    double[] targets = seen.stream().mapToDouble(truth.values()::at).toArray();
    ToDoubleFunction<double[]> fitted = regressor.fit(samples, targets, seed);
    return cell -> fitted.applyAsDouble(features(grid, cell));
  }

  /** The logarithms of level and split, both from 0 to 1 over the grid. */
  private static double[] features(LevelGrid grid, Cell cell) {
    double[] features = new double[FEATURES];
    double first = grid.levels().get(0);
    double last = grid.levels().get(grid.levels().size() - 1);
    features[0] =
        StrictMath.log(grid.levels().get(cell.level()) / first) / StrictMath.log(last / first);
    double least = grid.splits().min();
    features[1] =
        StrictMath.log(cell.split() / least) / StrictMath.log(grid.splits().max() / least);
    return features;
  }

  /** Bilinear interpolation over the logarithms of level and split, from a regular lattice. */
  private record Lattice(CellValues values, List<Cell> cells) {
    /** About as many cells as asked for, with the grid's corners. */
    static List<Cell> cells(LevelGrid grid, int size) {
      int levels = grid.levels().size();
      int splits = grid.splits().max() - grid.splits().min() + 1;
      double scale = Math.sqrt((double) size / (levels * splits));
      int columns = Math.max(2, Math.min(levels, (int) Math.rint(levels * scale)));
      int rows = Math.max(2, Math.min(splits, size / columns));
      List<Cell> cells = new ArrayList<>();
      for (int row = 0; row < rows; row++) {
        int split = grid.splits().min() + place(row, rows, splits);
        for (int column = 0; column < columns; column++) {
          cells.add(new Cell(place(column, columns, levels), split));
        }
      }
      return cells;
    }

    private static int place(int index, int count, int of) {
      return (int) Math.rint((double) index * (of - 1) / (count - 1));
    }

    double at(Cell asked) {
      int[] levels = around(cells.stream().mapToInt(Cell::level), asked.level());
      int[] splits = around(cells.stream().mapToInt(Cell::split), asked.split());
      LevelGrid grid = values.grid();
      double along =
          share(
              grid.levels().get(levels[0]),
              grid.levels().get(levels[1]),
              grid.levels().get(asked.level()));
      double across = share(splits[0], splits[1], asked.split());
      double near =
          between(
              values.at(new Cell(levels[0], splits[0])),
              values.at(new Cell(levels[1], splits[0])),
              along);
      double far =
          between(
              values.at(new Cell(levels[0], splits[1])),
              values.at(new Cell(levels[1], splits[1])),
              along);
      return between(near, far, across);
    }

    private static int[] around(IntStream places, int asked) {
      int[] sorted = places.distinct().sorted().toArray();
      int found = Arrays.binarySearch(sorted, asked);
      int after = found >= 0 ? found : -found - 1;
      return found >= 0 ? new int[] {asked, asked} : new int[] {sorted[after - 1], sorted[after]};
    }

    private static double share(double low, double high, double asked) {
      return low == high ? 0 : StrictMath.log(asked / low) / StrictMath.log(high / low);
    }

    private static double between(double low, double high, double share) {
      return low + share * (high - low);
    }
  }

  private Table runByCells(Measurements measurements, long seed, LongConsumer done) {
    List<double[]> rows = new ArrayList<>();
    for (int i = 0; i < heldOut.size(); i++) {
      FitReport report =
          SurrogateFit.of(measurements, fit.withSeed(seed).withHeldOut(heldOut.get(i)), steps -> {})
              .report();
      // how many of them are fitted varies a little with the seed
      double size = BigDecimal.ONE.subtract(BigDecimal.valueOf(heldOut.get(i))).doubleValue();
      int number = 0;
      for (RegressionErrors errors : report.alternatives().values()) {
        rows.add(new double[] {size, number++, errors.rmse(), errors.greatest()});
      }
      RegressionErrors network = report.onHeldOut();
      rows.add(new double[] {size, number, network.rmse(), network.greatest()});
      done.accept(i + 1);
    }
    return new Table(BY_CELLS, rows);
  }

  /** The study's files. */
  private final class Writing {
    private final Path folder;
    private final Measurements measurements;
    private final Truth truth;
    private final Map<Half, List<Table>> runs;
    private final Bootstrap bootstrap = Bootstrap.ofSeed(firstSeed);

    Writing(Path folder, Measurements measurements, Truth truth, Map<Half, List<Table>> runs) {
      this.folder = folder;
      this.measurements = measurements;
      this.truth = truth;
      this.runs = runs;
    }

    Study.Result write() throws IOException {
      Report report = new Report("How good a surrogate is");
      report.paragraph(
          String.format(
              Locale.ROOT,
              "What was measured of %s behind %s, %d cells of level and split, predicted from some of"
                  + " them. %d seeds, the first %d of which fit the shipped network too. Points are"
                  + " means over the seeds, bands their 95 %% bootstrap intervals.",
              measurements.setting().model(),
              measurements.channel().name(),
              truth.grid().cells().size(),
              seeds,
              fitSeeds));
      List<String> findings = new ArrayList<>();
      List<Map<String, Object>> entries = new ArrayList<>();
      for (Map.Entry<Half, List<Table>> run : runs.entrySet()) {
        List<Result> results = results(run.getKey(), run.getValue());
        boolean byEvaluations = run.getKey().folder().equals("by-evaluations");
        writeCsv(run.getKey().folder(), results);
        results.forEach(result -> entries.add(result.entry(run.getKey().folder())));
        if (byEvaluations) {
          report.heading("By evaluations of the LLM");
          String errors =
              finding(results, RMSE, "error at the cells that weren't seen, RMSE in nats");
          findings.add(errors);
          report.figure(
              draw(
                  "evaluations",
                  "Error at cells that weren't seen",
                  "evaluations of the LLM",
                  "RMSE in nats",
                  results,
                  RMSE),
              errors
                  + " Each regressor sees as many cells, drawn at random, but for the lattice, which is"
                  + " regular; it predicts the others.");
          String regrets = finding(results, REGRET, "cost of the splits chosen, in nats");
          findings.add(regrets);
          report.figure(
              draw(
                  "decisions",
                  "What the chosen splits cost more than the best ones",
                  "evaluations of the LLM",
                  "nats, mean over states",
                  results,
                  REGRET),
              regrets
                  + String.format(
                      Locale.ROOT,
                      " Over %d states of sigma and m, both weights 1; cells that were seen aren't"
                          + " predicted.",
                      truth.states().size()));
        } else {
          report.heading("By cells of sigma, m and p");
          String errors = finding(results, RMSE, "error on held-out cells, RMSE in nats");
          findings.add(errors);
          report.figure(
              draw(
                  "cells",
                  "Error on held-out cells of sigma, m and p",
                  "share of the cells that is fitted",
                  "RMSE in nats",
                  results,
                  RMSE),
              errors
                  + String.format(
                      Locale.ROOT,
                      " All evaluations of the LLM are used; of the %,d cells that the quadrature makes"
                          + " of them some are fitted, and the others judge. The network is the shipped"
                          + " surrogates', 3-%s-1, after %,d steps of Adam.",
                      fit.sigmas() * fit.shapes() * (long) truth.costs()[0].length,
                      fit.hidden().toString().replaceAll("[\\[\\] ]", "").replace(',', '-'),
                      fit.steps()));
        }
      }
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("seeds", LongStream.range(firstSeed, firstSeed + seeds).toArray());
      data.put("measurements", measurements.setting());
      data.put("dataHash", MeasurementCsv.hash(measurements));
      data.put("results", entries);
      // results don't depend on the threads, and neither does the file
      Map<String, Object> settings =
          Runs.JSON.convertValue(
              SurrogateQualityStudy.this,
              new com.fasterxml.jackson.core.type.TypeReference<
                  LinkedHashMap<String, Object>>() {});
      settings.remove("threads");
      data.put("settings", settings);
      return report.end(
          folder,
          NAME,
          findings,
          data,
          "by-evaluations.csv and by-cells.csv have what is drawn, runs/ each seed.");
    }

    private List<Result> results(Half half, List<Table> tables) {
      List<Result> results = new ArrayList<>();
      int rows = tables.get(0).rows().size();
      double[] regressors = tables.get(0).column(REGRESSOR);
      double[] rowSizes = tables.get(0).column(SIZE);
      for (int row = 0; row < rows; row++) {
        int at = row;
        Map<String, Interval> errors = new LinkedHashMap<>();
        for (String column : tables.get(0).columns()) {
          if (!column.equals(SIZE) && !column.equals(REGRESSOR)) {
            double[] values =
                tables.stream().mapToDouble(table -> table.column(column)[at]).toArray();
            errors.put(column, bootstrap.stratified(List.of(values), Comparison::mean));
          }
        }
        results.add(
            new Result(half.regressors().get((int) regressors[row]), rowSizes[row], errors));
      }
      return results;
    }

    private void writeCsv(String name, List<Result> results) throws IOException {
      StringBuilder csv = new StringBuilder("regressor,size");
      results
          .get(0)
          .errors()
          .keySet()
          .forEach(
              error ->
                  csv.append(',')
                      .append(error)
                      .append(',')
                      .append(error)
                      .append("Low,")
                      .append(error)
                      .append("High"));
      csv.append('\n');
      for (Result result : results) {
        csv.append(result.regressor()).append(',').append(ShortestDecimal.of(result.size()));
        for (Interval interval : result.errors().values()) {
          Format.append(csv, interval);
        }
        csv.append('\n');
      }
      WholeFile.write(folder.resolve(name + ".csv"), csv.toString());
    }

    private String finding(List<Result> results, String error, String what) {
      StringBuilder text = new StringBuilder("The " + what + ":");
      List<Double> all = results.stream().map(Result::size).distinct().sorted().toList();
      for (double size : List.of(all.get(0), all.get(all.size() - 1))) {
        List<Result> there =
            results.stream()
                .filter(result -> result.size() == size)
                .sorted(java.util.Comparator.comparingDouble(result -> result.error(error).mean()))
                .toList();
        text.append(
            String.format(
                Locale.ROOT,
                " with %s ",
                size < 1 ? percent(size) : ShortestDecimal.of(size) + " cells"));
        text.append(
            String.join(
                ", ",
                there.stream()
                    .map(
                        result ->
                            String.format(
                                Locale.ROOT,
                                "%s %.4f",
                                result.regressor(),
                                result.error(error).mean()))
                    .toList()));
        text.append(';');
      }
      text.setCharAt(text.length() - 1, '.');
      return text.toString();
    }

    private Path draw(
        String name,
        String title,
        String horizontal,
        String vertical,
        List<Result> results,
        String error)
        throws IOException {
      Drawing drawing = new Drawing(title, horizontal, vertical).logarithmic().logarithmicAcross();
      List<String> names = results.stream().map(Result::regressor).distinct().toList();
      for (int i = 0; i < names.size(); i++) {
        String regressor = names.get(i);
        List<Result> line =
            results.stream().filter(result -> result.regressor().equals(regressor)).toList();
        double[] places = line.stream().mapToDouble(Result::size).toArray();
        drawing.band(
            regressor,
            places,
            line.stream().mapToDouble(result -> drawn(result.error(error).low())).toArray(),
            line.stream().mapToDouble(result -> drawn(result.error(error).high())).toArray(),
            Drawing.colour(i));
        drawing.line(
            regressor,
            places,
            line.stream().mapToDouble(result -> drawn(result.error(error).mean())).toArray(),
            Drawing.colour(i));
      }
      return FigureFiles.write(folder, NAME + "-" + name, drawing.chart()).get(0);
    }

    /** A logarithmic axis has no 0. */
    private static double drawn(double value) {
      return Math.max(1e-4, value);
    }

    private static String percent(double share) {
      return ShortestDecimal.of(Math.rint(share * 1000) / 10) + " % of the cells";
    }
  }

  /** A regressor's errors after fitting to so much. */
  private record Result(String regressor, double size, Map<String, Interval> errors) {
    Interval error(String name) {
      Interval found = errors.get(name);
      if (found == null) {
        throw new IllegalArgumentException("no " + name + " among " + errors.keySet());
      }
      return found;
    }

    Map<String, Object> entry(String half) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("half", half);
      entry.put(REGRESSOR, regressor);
      entry.put(SIZE, size);
      entry.putAll(errors);
      return entry;
    }
  }
}
