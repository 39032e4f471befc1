package io.splitgym.agents.modelbased;

import io.splitgym.agents.network.Adam;
import io.splitgym.agents.network.TrainableNetwork;
import io.splitgym.agents.policy.Activation;
import io.splitgym.random.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * Several small networks that predict ln PPL at the cells that weren't measured. Each has first
 * weights and a bootstrap sample of the measured cells of its own, so that they agree where cells
 * were measured and differ elsewhere: how much they differ is how unsure they are (Lakshminarayanan
 * et al., "Simple and scalable predictive uncertainty estimation using deep ensembles", NeurIPS
 * 2017; Chua et al., "Deep reinforcement learning in a handful of trials", NeurIPS 2018).
 *
 * <p>A network sees the logarithms of level and split and the split itself, standardised over the
 * grid.
 */
public final class Ensemble {
  private static final int FEATURES = 3;
  private static final double ADAM_EPSILON = 1e-8;
  private static final double RATE_FALLS_TO = 0.01;
  private static final double HIDDEN_GAIN = 1.5;

  private final Map<Cell, double[]> predictions;

  private Ensemble(Map<Cell, double[]> predictions) {
    this.predictions = predictions;
  }

  /**
   * Fits all members.
   *
   * @param known ln PPL in nats by measured cell; at least two different values. The clean one, if
   *     it is there, is left aside
   * @return the same for the same arguments, on every platform
   */
  public static Ensemble fit(
      LevelGrid grid, Map<Cell, Double> known, EnsembleOptions options, long seed) {
    Features features = new Features(grid);
    SortedMap<Cell, Double> sorted =
        new TreeMap<>(Comparator.comparingInt(Cell::split).thenComparingInt(Cell::level));
    known.forEach(
        (cell, value) -> {
          if (!cell.isClean()) {
            sorted.put(cell, value);
          }
        });
    List<Cell> cells = List.copyOf(sorted.keySet());
    double[] targets = sorted.values().stream().mapToDouble(Double::doubleValue).toArray();
    double mean = Arrays.stream(targets).sum() / targets.length;
    double deviation =
        Math.max(
            1e-6,
            Math.sqrt(
                Arrays.stream(targets).map(value -> (value - mean) * (value - mean)).sum()
                    / targets.length));
    Map<Cell, double[]> predictions = new HashMap<>();
    grid.cells().forEach(cell -> predictions.put(cell, new double[options.members()]));
    for (int member = 0; member < options.members(); member++) {
      RandomStream random = RandomStream.ofSeed(seed).named("member", member);
      TrainableNetwork network =
          new TrainableNetwork(
              FEATURES, options.hiddenUnits(), 1, Activation.TANH, Math.max(1, cells.size()));
      network.drawOrthogonal(HIDDEN_GAIN, 1, random.named("weights"));
      int[] weights = bootstrap(cells.size(), random.named("cells"));
      train(network, features, cells, targets, weights, mean, deviation, options);
      float[] input = new float[FEATURES];
      int of = member;
      predictions.forEach(
          (cell, values) -> {
            features.write(cell, input);
            values[of] = mean + deviation * network.forward(input)[0];
          });
    }
    return new Ensemble(predictions);
  }

  /** How often each cell was drawn, in as many draws as there are cells. */
  private static int[] bootstrap(int cells, RandomStream random) {
    int[] counts = new int[cells];
    for (int i = 0; i < cells; i++) {
      counts[random.nextInteger(0, cells - 1)]++;
    }
    return counts;
  }

  private static void train(
      TrainableNetwork network,
      Features features,
      List<Cell> cells,
      double[] targets,
      int[] weights,
      double mean,
      double deviation,
      EnsembleOptions options) {
    List<Integer> drawn = new ArrayList<>();
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] > 0) {
        drawn.add(i);
      }
    }
    Adam adam = new Adam(network, options.learningRate(), ADAM_EPSILON);
    float[] input = new float[FEATURES];
    for (int i = 0; i < drawn.size(); i++) {
      features.write(cells.get(drawn.get(i)), input);
      network.setInput(i, input, 0);
    }
    for (int step = 0; step < options.steps(); step++) {
      float[] outputs = network.forward(drawn.size());
      float[] gradients = network.outputGradients();
      int apart = network.outputStep();
      for (int i = 0; i < drawn.size(); i++) {
        int cell = drawn.get(i);
        float target = (float) ((targets[cell] - mean) / deviation);
        gradients[i * apart] = 2f * weights[cell] * (outputs[i * apart] - target) / weights.length;
      }
      network.backward(drawn.size());
      adam.step(1, rate(options, step));
    }
  }

  private static double rate(EnsembleOptions options, int step) {
    double cosine = (1 + StrictMath.cos(Math.PI * step / options.steps())) / 2;
    return options.learningRate() * (RATE_FALLS_TO + (1 - RATE_FALLS_TO) * cosine);
  }

  /** The members' mean at a cell, in nats. */
  public double mean(Cell cell) {
    return Arrays.stream(of(cell)).sum() / of(cell).length;
  }

  /** The members' standard deviation at a cell, in nats. */
  public double spread(Cell cell) {
    double[] deviations = deviations(cell);
    double squares = 0;
    for (double deviation : deviations) {
      squares += deviation * deviation;
    }
    return Math.sqrt(squares / (deviations.length - 1));
  }

  /** Each member's prediction less their mean, in nats. */
  double[] deviations(Cell cell) {
    double mean = mean(cell);
    return Arrays.stream(of(cell)).map(value -> value - mean).toArray();
  }

  private double[] of(Cell cell) {
    double[] found = predictions.get(cell);
    if (found == null) {
      throw new IllegalArgumentException(cell + " is not a cell of the grid");
    }
    return found;
  }

  /** What a network sees of a cell. */
  private static final class Features {
    private final LevelGrid grid;
    private final double[] means = new double[FEATURES];
    private final double[] deviations = new double[FEATURES];

    Features(LevelGrid grid) {
      this.grid = grid;
      for (int feature = 0; feature < FEATURES; feature++) {
        int at = feature;
        ToDoubleFunction<Cell> value = cell -> raw(cell, at);
        double[] all = grid.cells().stream().mapToDouble(value).toArray();
        double mean = Arrays.stream(all).sum() / all.length;
        means[feature] = mean;
        double squares = Arrays.stream(all).map(each -> (each - mean) * (each - mean)).sum();
        // a single level or split says nothing
        deviations[feature] = squares > 0 ? Math.sqrt(squares / all.length) : 1;
      }
    }

    void write(Cell cell, float[] into) {
      for (int feature = 0; feature < FEATURES; feature++) {
        into[feature] = (float) ((raw(cell, feature) - means[feature]) / deviations[feature]);
      }
    }

    private double raw(Cell cell, int feature) {
      return switch (feature) {
        case 0 -> StrictMath.log(grid.levels().get(cell.level()));
        case 1 -> StrictMath.log(cell.split());
        default -> cell.split();
      };
    }
  }
}
