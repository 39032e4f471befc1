package io.splitgym.agents.modelbased;

import io.splitgym.agents.learning.Learner;
import io.splitgym.agents.learning.Training;
import io.splitgym.agents.learning.TrainingListener;
import io.splitgym.agents.policy.Policy;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.random.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Learns a policy for an LLM while evaluating it as little as may be. A round fits an ensemble to
 * what was measured, trains the algorithm on it, and measures the cells where the ensemble is least
 * sure of what episodes lead to. What was measured is never predicted.
 *
 * <p>The cells of a round are chosen one by one, each as if the ones before it had been measured
 * already: the members' deviations are conditioned on them, as those of a Gaussian process would
 * be. Else a round would spend all its evaluations on neighbours.
 */
public final class ActiveLoop {
  private static final String BACKEND = "ensemble";

  /**
   * Of the variance that a cell is conditioned on, so that a round may have more cells than
   * members.
   */
  private static final double RIDGE = 0.1;

  private final LevelGrid grid;
  private final SplitInferenceParameters parameters;
  private final Learner<?> learner;
  private final LoopOptions options;
  private final long steps;

  /**
   * What a round came to.
   *
   * @param number from 1 on
   * @param evaluations of the LLM so far
   * @param measured the cells that were measured before this round's fit, since the last one
   * @param spread the ensemble's mean standard deviation over the visited cells, in nats, weighted
   *     by the visits; 0 where all were measured
   * @param policy that was trained
   * @param fitSeconds wall time of the ensemble's fit and of the choice
   * @param trainSeconds wall time of the training
   */
  public record Round(
      int number,
      int evaluations,
      List<Cell> measured,
      double spread,
      Policy policy,
      double fitSeconds,
      double trainSeconds) {
    public Round {
      measured = List.copyOf(measured);
    }
  }

  /** Follows the loop, on its thread. */
  public interface Listener {
    /** A training has taken so many steps. */
    void trained(int round, long steps);

    /** A round is over. */
    void ended(Round round);
  }

  /**
   * @param parameters of the environment
   * @param steps of training in each round
   */
  public ActiveLoop(
      LevelGrid grid,
      SplitInferenceParameters parameters,
      Learner<?> learner,
      LoopOptions options,
      long steps) {
    this.grid = grid;
    this.parameters = parameters;
    this.learner = learner;
    this.options = options;
    this.steps = steps;
  }

  /**
   * Runs until the budget is spent or every cell was measured. The same evaluations and seed give
   * the same policies, bit for bit.
   *
   * @return the last round's policy
   */
  public Policy run(Evaluations evaluations, long seed, Listener listener) {
    RandomStream random = RandomStream.ofSeed(seed).named("active-loop");
    Map<Cell, Double> known = new LinkedHashMap<>();
    measure(List.of(Cell.CLEAN), evaluations, known);
    List<Cell> chosen = firstCells();
    for (int round = 1; ; round++) {
      measure(chosen, evaluations, known);
      long start = System.nanoTime();
      RandomStream ofRound = random.named("round", round);
      Ensemble ensemble =
          Ensemble.fit(grid, known, options.ensemble(), ofRound.named("ensemble").nextLong());
      CellValues values =
          CellValues.of(grid, Objects.requireNonNull(known.get(Cell.CLEAN)), ensemble::mean)
              .with(known);
      ExpectedCells model = new ExpectedCells(values);
      long fitted = System.nanoTime();
      int number = round;
      TrainingListener steps = done -> listener.trained(number, done);
      Policy policy =
          learner.train(
              new Training(
                  () -> environment(model),
                  this.steps,
                  ofRound.named("training").nextLong(),
                  1,
                  steps));
      long trained = System.nanoTime();
      Visits visits;
      try (SplitInferenceEnvironment environment = environment(model)) {
        visits = Visits.of(grid, environment, policy, ofRound.named("visits"));
      }
      List<Cell> open = grid.cells().stream().filter(cell -> !known.containsKey(cell)).toList();
      List<Cell> before = chosen;
      int left = Math.min(options.cellsARound(), options.budget() - known.size());
      chosen =
          switch (options.choice()) {
            case UNSURE -> unsure(ensemble, visits, open, left);
            case RANDOM -> random(open, left, ofRound.named("cells"));
          };
      long over = System.nanoTime();
      listener.ended(
          new Round(
              round,
              known.size(),
              before,
              spread(ensemble, visits, open),
              policy,
              seconds(fitted - start + over - trained),
              seconds(trained - fitted)));
      if (chosen.isEmpty()) {
        return policy;
      }
    }
  }

  private SplitInferenceEnvironment environment(ExpectedCells model) {
    // whoever is given it resets it with a seed first
    return new SplitInferenceEnvironment(model, BACKEND, parameters, RandomStream.ofSeed(0));
  }

  private static void measure(List<Cell> cells, Evaluations evaluations, Map<Cell, Double> known) {
    for (Cell cell : cells) {
      known.put(cell, evaluations.evaluate(cell).logPerplexity());
    }
  }

  /** A lattice with the grid's corners, levels evenly by their place, splits evenly by ratio. */
  private List<Cell> firstCells() {
    int lastLevel = grid.levels().size() - 1;
    int levels = Math.min(options.firstLevels(), grid.levels().size());
    int splits = Math.min(options.firstSplits(), grid.splitCount());
    Set<Integer> chosenSplits = new LinkedHashSet<>();
    double ratio = (double) grid.splits().max() / grid.splits().min();
    for (int i = 0; i < splits; i++) {
      double exponent = splits == 1 ? 0 : (double) i / (splits - 1);
      int split = (int) Math.rint(grid.splits().min() * StrictMath.pow(ratio, exponent));
      // rounding may lead to one that is taken
      while (!chosenSplits.add(split) && split < grid.splits().max()) {
        split++;
      }
    }
    List<Cell> cells = new ArrayList<>();
    for (int split : chosenSplits) {
      for (int i = 0; i < levels; i++) {
        int level = levels == 1 ? 0 : (int) Math.rint((double) lastLevel * i / (levels - 1));
        cells.add(new Cell(level, split));
      }
    }
    return cells;
  }

  /** Those of the greatest spread times visits, each after the ones before it. */
  private static List<Cell> unsure(Ensemble ensemble, Visits visits, List<Cell> open, int count) {
    Map<Cell, double[]> deviations = new HashMap<>();
    open.forEach(cell -> deviations.put(cell, ensemble.deviations(cell)));
    List<Cell> chosen = new ArrayList<>();
    List<Cell> left = new ArrayList<>(open);
    while (chosen.size() < count && !left.isEmpty()) {
      // the first of several, in the grid's order
      Cell best = left.get(0);
      double greatest = -1;
      for (Cell cell : left) {
        double[] ofCell = Objects.requireNonNull(deviations.get(cell));
        double value = visits.share(cell) * Math.sqrt(dot(ofCell, ofCell));
        if (value > greatest) {
          greatest = value;
          best = cell;
        }
      }
      chosen.add(best);
      left.remove(best);
      double[] known = Objects.requireNonNull(deviations.get(best)).clone();
      double variance = dot(known, known) * (1 + RIDGE);
      if (variance > 0) {
        left.forEach(
            cell -> {
              double[] ofCell = Objects.requireNonNull(deviations.get(cell));
              double share = dot(ofCell, known) / variance;
              Arrays.setAll(ofCell, i -> ofCell[i] - share * known[i]);
            });
      }
    }
    return chosen;
  }

  private static List<Cell> random(List<Cell> open, int count, RandomStream random) {
    Map<Cell, Double> drawn = new HashMap<>();
    open.forEach(cell -> drawn.put(cell, random.nextDouble()));
    return open.stream().sorted(Comparator.comparingDouble(drawn::get)).limit(count).toList();
  }

  private double spread(Ensemble ensemble, Visits visits, List<Cell> open) {
    double all = 0;
    double sum = 0;
    for (Cell cell : grid.cells()) {
      all += visits.share(cell);
    }
    for (Cell cell : open) {
      sum += visits.share(cell) * ensemble.spread(cell);
    }
    return all > 0 ? sum / all : 0;
  }

  private static double dot(double[] first, double[] second) {
    double sum = 0;
    for (int i = 0; i < first.length; i++) {
      sum += first[i] * second[i];
    }
    return sum;
  }

  private static double seconds(long nanos) {
    return nanos / 1e9;
  }
}
