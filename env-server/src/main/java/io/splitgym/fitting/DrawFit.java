package io.splitgym.fitting;

import io.splitgym.channel.ChannelState;
import io.splitgym.measurement.LevelTable;
import io.splitgym.measurement.MeasurementCsv;
import io.splitgym.measurement.Measurements;
import io.splitgym.measurement.WindowDraws;
import io.splitgym.random.RandomStream;
import io.splitgym.surrogate.DrawDistribution;
import io.splitgym.surrogate.Perceptron;
import io.splitgym.surrogate.SurrogateModel;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * From measurements over levels to how single draws lie around a surrogate's mean: quantiles of one
 * window's draw by {@link WindowDraws} over a grid of sigma, m and p, and a network that gives the
 * logarithms of the gaps between them. The mean stays what it is.
 *
 * @param surrogate the same one, which knows its draws
 * @param report what that is worth
 */
public record DrawFit(SurrogateModel surrogate, Report report) {
  /** What the network's hidden layers are as wide as, unless told otherwise. */
  public static final List<Integer> HIDDEN = List.of(64, 64);

  /** Below that, in nats, a window's deviation is nothing that a step shows. */
  public static final double VISIBLE = 0.01;

  /** Closer together where deep fades and lost activations make long tails. */
  private static final double[] PROBABILITIES = {
    0, 0.002, 0.01, 0.03, 0.06, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.86, 0.9, 0.93, 0.955,
    0.97, 0.98, 0.987, 0.992, 0.996, 0.998, 0.9992, 1
  };

  /** In nats; without it, a channel without noise would have gaps whose logarithm is infinite. */
  private static final double LEAST_GAP = 1e-4;

  /**
   * What a fit of draws was worth, on cells that it hadn't seen and whose deviation is above {@link
   * #VISIBLE}.
   *
   * @param fittedCells cells (sigma, m, p) that the network saw
   * @param heldOutCells the others that are judged; 0 where no held-out cell's deviation is that
   *     large, as in a domain of very little noise
   * @param fewestDraws of noise that any level was measured with; if 1, what windows differ by is
   *     counted as noise wherever no cell with several draws is near
   * @param logRatio mean of the logarithm of the network's deviation over the measurements': 0 if
   *     it is neither too small nor too large on the whole; null if no cell is judged
   * @param logError root mean square of that logarithm: 0.1 is an error of about a tenth; null if
   *     no cell is judged
   */
  public record Report(
      int fittedCells,
      int heldOutCells,
      int fewestDraws,
      @Nullable Double logRatio,
      @Nullable Double logError) {}

  /** Cells of the grid and what is to be learned of them. */
  private record Part(List<double[]> inputs, List<double[]> gaps, List<Held> held) {
    Part() {
      this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }
  }

  /** A held-out cell and the deviation of its draws. */
  private record Held(ChannelState state, int split, double deviation) {}

  /**
   * Fits the draws.
   *
   * @param surrogate whose mean they lie around
   * @param all measurements over levels, at least at the splits that the surrogate answers for;
   *     direct draws are left aside
   * @param options whose ranges are the surrogate's
   * @param progress is told how many of the options' steps are done
   * @throws InvalidValueException if model or channel are not the surrogate's, a split is missing,
   *     or the measurements say nothing of draws, see {@link WindowDraws#requireKnown}
   */
  public static DrawFit of(
      SurrogateModel surrogate, Measurements all, FitOptions options, IntConsumer progress) {
    Measurements measurements = SurrogateCheck.comparable(surrogate, all);
    LevelTable table = new LevelTable(measurements);
    requireSplits(surrogate, table);
    WindowDraws draws = new WindowDraws(table);
    Part fitted = new Part();
    Part heldOut = new Part();
    divide(surrogate, draws, options, fitted, heldOut);
    double[][] targets = fitted.gaps().toArray(double[][]::new);
    int gaps = PROBABILITIES.length - 1;
    float[] means = new float[gaps];
    float[] deviations = new float[gaps];
    standardise(targets, means, deviations);
    Perceptron network =
        NetworkTrainer.train(fitted.inputs().toArray(double[][]::new), targets, options, progress);
    SurrogateModel unjudged =
        surrogate.withDraws(
            distribution(network, means, deviations, measurements, options, "none"));
    Report report = report(unjudged, fitted, heldOut, table.fewestDraws());
    return new DrawFit(
        surrogate.withDraws(
            distribution(network, means, deviations, measurements, options, errors(report))),
        report);
  }

  private static void requireSplits(SurrogateModel surrogate, LevelTable table) {
    int first = surrogate.domain().leastSplit();
    int count = surrogate.domain().greatestSplit() - first + 1;
    if (table.splits().size() != count) {
      throw new InvalidValueException(
          "measured splits",
          table.splits(),
          "all that the surrogate answers for, "
              + first
              + " to "
              + surrogate.domain().greatestSplit());
    }
  }

  private static void divide(
      SurrogateModel surrogate, WindowDraws draws, FitOptions options, Part fitted, Part heldOut) {
    List<ChannelState> states = CellGrid.states(options);
    List<Integer> splits = draws.table().splits();
    // a state at a time, side by side: each is computed alone, so the order doesn't matter
    List<List<WindowDraws.Spread>> computed =
        CellGrid.parallel(
            states.size(),
            i -> {
              WindowDraws.AtState there = draws.at(states.get(i));
              return splits.stream().map(split -> there.of(split, PROBABILITIES)).toList();
            });
    RandomStream random = RandomStream.ofSeed(options.seed()).named("held-out");
    for (int i = 0; i < states.size(); i++) {
      for (int j = 0; j < splits.size(); j++) {
        WindowDraws.Spread spread = computed.get(i).get(j);
        Part part = random.nextDouble() < options.heldOut() ? heldOut : fitted;
        part.inputs().add(surrogate.inputs(states.get(i), splits.get(j)));
        part.gaps().add(logGaps(spread.quantiles()));
        part.held().add(new Held(states.get(i), splits.get(j), spread.deviation()));
      }
    }
  }

  private static double[] logGaps(double[] quantiles) {
    double[] gaps = new double[quantiles.length - 1];
    for (int i = 0; i < gaps.length; i++) {
      double gap = Math.max(0, quantiles[i + 1] - quantiles[i]);
      gaps[i] = CellGrid.rounded(Math.log(gap + LEAST_GAP));
    }
    return gaps;
  }

  /** Standardises the targets in place, each output by itself. */
  private static void standardise(double[][] targets, float[] means, float[] deviations) {
    for (int output = 0; output < means.length; output++) {
      double mean = 0;
      for (double[] target : targets) {
        mean += target[output] / targets.length;
      }
      double squares = 0;
      for (double[] target : targets) {
        squares += (target[output] - mean) * (target[output] - mean);
      }
      double deviation = Math.sqrt(squares / targets.length);
      means[output] = (float) mean;
      deviations[output] = deviation > 0 ? (float) deviation : 1;
      for (double[] target : targets) {
        target[output] = (target[output] - means[output]) / deviations[output];
      }
    }
  }

  private static DrawDistribution distribution(
      Perceptron network,
      float[] means,
      float[] deviations,
      Measurements measurements,
      FitOptions options,
      String errors) {
    float[] probabilities = new float[PROBABILITIES.length];
    for (int i = 0; i < probabilities.length; i++) {
      probabilities[i] = (float) PROBABILITIES[i];
    }
    return new DrawDistribution(
        network,
        probabilities,
        means,
        deviations,
        new DrawDistribution.DrawProvenance(
            measurements.setting().window(),
            MeasurementCsv.hash(measurements),
            options.seed(),
            errors));
  }

  private static Report report(
      SurrogateModel surrogate, Part fitted, Part heldOut, int fewestDraws) {
    double sum = 0;
    double squares = 0;
    int count = 0;
    for (Held cell : heldOut.held()) {
      if (cell.deviation() > VISIBLE) {
        double ratio =
            Math.log(surrogate.drawDeviation(cell.state(), cell.split(), 1) / cell.deviation());
        sum += ratio;
        squares += ratio * ratio;
        count++;
      }
    }
    return new Report(
        fitted.inputs().size(),
        count,
        fewestDraws,
        count == 0 ? null : sum / count,
        count == 0 ? null : Math.sqrt(squares / count));
  }

  private static String errors(Report report) {
    if (report.heldOutCells() == 0) {
      return "on no held-out cell, for none is above " + VISIBLE + " nats";
    }
    return String.format(
        Locale.ROOT,
        "on %d held-out cells above %s nats ln of the deviation off by %.3f on average, RMS %.3f",
        report.heldOutCells(),
        VISIBLE,
        report.logRatio(),
        report.logError());
  }
}
