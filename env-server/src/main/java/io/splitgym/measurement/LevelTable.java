package io.splitgym.measurement;

import io.splitgym.channel.Channel;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Transmission;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was measured over levels, and what follows from it for any channel state: the fading is
 * integrated exactly, by quadrature over {@link LevelCurve}s, so nothing is drawn here.
 */
public final class LevelTable {
  private final Measurements measurements;
  private final SortedMap<Integer, SplitCurves> splits = new TreeMap<>();
  private int fewestDraws = Integer.MAX_VALUE;

  /** The curves of one split; moments has two curves for each window. */
  private record SplitCurves(
      LevelCurve mean, LevelCurve standardError, List<LevelCurve> windowMoments) {}

  /**
   * @param measurements over levels; direct draws among them are left aside
   * @throws InvalidValueException if the channel has no level, or nothing was measured over levels
   */
  public LevelTable(Measurements measurements) {
    SweepPlan.requireLevel(measurements.channel());
    this.measurements = measurements;
    cells(measurements).forEach((split, levels) -> splits.put(split, curves(levels)));
  }

  /**
   * The draws of each split and level, with level 0 where the channel does something even there.
   * The caller's own.
   */
  static SortedMap<Integer, SortedMap<Double, List<Measurement>>> cells(Measurements measurements) {
    SortedMap<Integer, SortedMap<Double, List<Measurement>>> cells = new TreeMap<>();
    for (Measurement measurement : measurements.noisy()) {
      if (measurement.key().transmission() instanceof Transmission.AtLevel atLevel
          && !(atLevel.level() == 0 && measurements.channel().exactAtLevelZero())) {
        cells
            .computeIfAbsent(measurement.key().split(), split -> new TreeMap<>())
            .computeIfAbsent(atLevel.level(), level -> new ArrayList<>())
            .add(measurement);
      }
    }
    if (cells.isEmpty()) {
      throw new InvalidValueException(
          "measurements", "without levels", "over levels of " + measurements.channel().name());
    }
    return cells;
  }

  private SplitCurves curves(SortedMap<Double, List<Measurement>> cells) {
    Channel channel = measurements.channel();
    Measurement clean = measurements.clean();
    Measurement atZero = clean;
    if (!channel.exactAtLevelZero()) {
      @Nullable List<Measurement> silent = cells.remove(0.0);
      if (silent == null || cells.isEmpty()) {
        throw new InvalidValueException(
            "levels",
            cells.keySet(),
            "0, since the codec alone does something to the hidden state, and some above");
      }
      // every draw without noise or loss is the same
      atZero = silent.get(0);
    }
    List<Integer> tokens = clean.losses().tokens();
    double[] levels = cells.keySet().stream().mapToDouble(Double::doubleValue).toArray();
    double[] means = new double[levels.length];
    double[] errors = new double[levels.length];
    double[][] windowMeans = new double[tokens.size()][levels.length];
    double[][] windowSquares = new double[tokens.size()][levels.length];
    int at = 0;
    for (List<Measurement> draws : cells.values()) {
      CellStatistics cell = CellStatistics.of(draws, atZero);
      fewestDraws = Math.min(fewestDraws, draws.size());
      means[at] = cell.mean();
      errors[at] = cell.standardError();
      for (int window = 0; window < tokens.size(); window++) {
        double mean = 0;
        for (Measurement draw : draws) {
          mean += draw.losses().sums().get(window) / tokens.get(window) / draws.size();
        }
        double deviations = 0;
        for (Measurement draw : draws) {
          double deviation = draw.losses().sums().get(window) / tokens.get(window) - mean;
          deviations += deviation * deviation;
        }
        windowMeans[window][at] = mean;
        windowSquares[window][at] = mean * mean + deviations / Math.max(1, draws.size() - 1);
      }
      at++;
    }
    List<LevelCurve> moments = new ArrayList<>();
    for (int window = 0; window < tokens.size(); window++) {
      double silentLoss = atZero.losses().sums().get(window) / tokens.get(window);
      moments.add(new LevelCurve(channel, silentLoss, levels, windowMeans[window]));
      moments.add(new LevelCurve(channel, silentLoss * silentLoss, levels, windowSquares[window]));
    }
    return new SplitCurves(
        new LevelCurve(channel, atZero.logPerplexity(), levels, means),
        new LevelCurve(channel, 0, levels, errors),
        moments);
  }

  /** What this was made from. */
  public Measurements measurements() {
    return measurements;
  }

  /** The splits that were measured, ascending. */
  public List<Integer> splits() {
    return List.copyOf(splits.keySet());
  }

  /** ln PPL without a channel, in nats. */
  public double cleanLogPerplexity() {
    return measurements.clean().logPerplexity();
  }

  /** The mean loss in nats over the levels. */
  public LevelCurve curve(int split) {
    return curves(split).mean();
  }

  /**
   * E[ln PPL | sigma, m, p] in nats, over fading and noise.
   *
   * @throws InvalidValueException if the split was not measured
   */
  public double expectedLogPerplexity(ChannelState state, int split) {
    return measurements.channel().expectation(state, curves(split).mean()::at);
  }

  /**
   * An upper bound of the standard error of {@link #expectedLogPerplexity}: the levels' errors
   * integrated as if all were one, which they nearly are, since all levels share their noise.
   */
  public double standardError(ChannelState state, int split) {
    return measurements.channel().expectation(state, curves(split).standardError()::at);
  }

  /** The least number of noise draws that any cell was measured with. */
  public int fewestDraws() {
    return fewestDraws;
  }

  /**
   * The standard deviation in nats of one draw of the whole text, each window with a fading
   * amplitude and noise of its own: what an agent on the LLM sees around {@link
   * #expectedLogPerplexity}. The noise's own part is known only where a level was drawn twice or
   * more; with single draws this is the fading's part alone, a lower bound.
   */
  public double textDeviation(ChannelState state, int split) {
    List<Integer> tokens = measurements.clean().losses().tokens();
    double all = measurements.clean().losses().scoredTokens();
    double variance = 0;
    for (int window = 0; window < tokens.size(); window++) {
      double weight = tokens.get(window) / all;
      variance += weight * weight * windowVariance(state, split, window);
    }
    return Math.sqrt(variance);
  }

  /**
   * {@link #textDeviation(ChannelState, int)} of a text of another length: its windows are like the
   * {@linkplain io.splitgym.perplexity.WindowLosses#wholeWindows whole ones} here on average, and
   * have a fading amplitude and noise of their own, so that the variance goes as one over their
   * number.
   *
   * @param windows of that text, at least 1
   */
  public double textDeviation(ChannelState state, int split, int windows) {
    Require.positive("windows", windows);
    List<Integer> whole = measurements.clean().losses().wholeWindows();
    double variance = 0;
    for (int window : whole) {
      variance += windowVariance(state, split, window) / whole.size();
    }
    return Math.sqrt(variance / windows);
  }

  /** Of the mean loss of one window, in square nats, over fading and noise. */
  private double windowVariance(ChannelState state, int split, int window) {
    Channel channel = measurements.channel();
    List<LevelCurve> moments = curves(split).windowMoments();
    double mean = channel.expectation(state, moments.get(2 * window)::at);
    double square = channel.expectation(state, moments.get(2 * window + 1)::at);
    // rounding may leave a little less than nothing where there is no noise
    return Math.max(0, square - mean * mean);
  }

  private SplitCurves curves(int split) {
    @Nullable SplitCurves found = splits.get(split);
    if (found == null) {
      throw new InvalidValueException("split", split, "one that was measured: " + splits());
    }
    return found;
  }
}
