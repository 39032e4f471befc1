package io.splitgym.measurement;

import io.splitgym.channel.Channel;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Erasure;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.channel.Nakagami;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How one draw over one window lies around its expectation in any channel state, from what was
 * measured over levels. Two things make it vary. The fading moves the level: its distribution is
 * known, and what a level costs is the {@link LevelCurve}. The noise moves the loss at one level:
 * that is taken from how the measured windows' losses, less those where nothing is lost, lie around
 * their mean.
 *
 * <p>Windows differ by their text too, which is no noise. Where cells have several draws, it is
 * known how much of the windows' variance is within a window; the share is smoothed over splits and
 * levels, and the others are scaled by it. Without any such cell all of it counts as noise: too
 * much rather than too little. A cell has few windows, so neighbouring splits and levels count too,
 * for half as much each.
 */
public final class WindowDraws {
  /** Quantiles that stand for the noise at one level. */
  private static final int NOISE_VALUES = 40;

  private static final int LEVEL_BINS = 200;

  /** Levels that less than this share of the fading leads to are left aside. */
  private static final double NEGLIGIBLE = 1e-8;

  private static final int OWN_WEIGHT = 2;

  /** Within which ratio of splits, and of levels, shares of variance are alike. */
  private static final double LIKE_SPLITS = Math.log(1.4);

  private static final double LIKE_LEVELS = Math.log(3);

  private final LevelTable table;
  private final Channel channel;
  private final SortedMap<Integer, SplitNoise> splits = new TreeMap<>();

  /**
   * The noise at the levels of one split.
   *
   * @param logLevels ascending
   * @param values [levels][NOISE_VALUES] ascending, of mean 0, in nats
   */
  @SuppressWarnings("ArrayRecordComponent") // read in place
  private record SplitNoise(double[] logLevels, double[][] values) {
    /** Writes the values at a level, such as lie between two measured ones. */
    void write(double level, double belowFirst, double[] into) {
      double place = Math.log(level);
      int last = logLevels.length - 1;
      if (place <= logLevels[0]) {
        double scale = Math.exp(belowFirst * (place - logLevels[0]));
        for (int i = 0; i < into.length; i++) {
          into[i] = scale * values[0][i];
        }
        return;
      }
      int before = 0;
      while (before < last - 1 && logLevels[before + 1] < place) {
        before++;
      }
      int behind = Math.min(last, before + 1);
      double share =
          behind == before
              ? 0
              : Math.min(1, (place - logLevels[before]) / (logLevels[behind] - logLevels[before]));
      for (int i = 0; i < into.length; i++) {
        into[i] = values[before][i] + share * (values[behind][i] - values[before][i]);
      }
    }
  }

  /**
   * What the windows of one cell say.
   *
   * @param deviations from the cell's mean, of every window and draw, in nats
   * @param within the variance between the draws of a window; NaN of a single draw
   * @param pooled the variance of all
   * @param freedom how many degrees of freedom {@code within} has
   */
  @SuppressWarnings("ArrayRecordComponent") // read in place
  private record CellNoise(
      int split, double level, double[] deviations, double within, double pooled, int freedom) {
    static CellNoise of(int split, double level, List<Measurement> draws, Measurement still) {
      List<Integer> windows = still.losses().wholeWindows();
      int scored = still.losses().tokens().get(windows.get(0));
      double[] all = new double[windows.size() * draws.size()];
      double squares = 0;
      int at = 0;
      for (int window : windows) {
        double mean = 0;
        for (int draw = 0; draw < draws.size(); draw++) {
          double harm =
              (draws.get(draw).losses().sums().get(window) - still.losses().sums().get(window))
                  / scored;
          all[at + draw] = harm;
          mean += harm / draws.size();
        }
        for (int draw = 0; draw < draws.size(); draw++) {
          squares += (all[at + draw] - mean) * (all[at + draw] - mean);
        }
        at += draws.size();
      }
      int freedom = windows.size() * (draws.size() - 1);
      double mean = Arrays.stream(all).average().orElseThrow();
      double pooled = 0;
      for (int i = 0; i < all.length; i++) {
        all[i] -= mean;
        pooled += all[i] * all[i] / Math.max(1, all.length - 1);
      }
      return new CellNoise(split, level, all, squares / Math.max(1, freedom), pooled, freedom);
    }

    boolean tellsShare() {
      return freedom > 0 && within > 0 && pooled > 0;
    }
  }

  /**
   * How one window's draw lies around its expectation, in nats.
   *
   * @param quantiles ascending
   * @param deviation the standard deviation
   */
  @SuppressWarnings("ArrayRecordComponent") // the caller's own
  public record Spread(double[] quantiles, double deviation) {}

  /** A value and what share of the distribution it stands for. */
  private record Atom(double value, double weight) {}

  /**
   * @param table of measurements over levels
   * @throws InvalidValueException as {@link #requireKnown} does
   */
  public WindowDraws(LevelTable table) {
    requireKnown(table);
    this.table = table;
    this.channel = table.measurements().channel();
    Measurement clean = table.measurements().clean();
    List<List<CellNoise>> cells = new ArrayList<>();
    LevelTable.cells(table.measurements())
        .forEach(
            (split, levels) -> {
              // what a codec does by itself is no noise
              @Nullable List<Measurement> silent = levels.remove(0.0);
              Measurement still = silent == null ? clean : silent.get(0);
              List<CellNoise> ofSplit = new ArrayList<>();
              levels.forEach(
                  (level, draws) -> ofSplit.add(CellNoise.of(split, level, draws, still)));
              cells.add(ofSplit);
            });
    List<CellNoise> telling =
        cells.stream().flatMap(List::stream).filter(CellNoise::tellsShare).toList();
    for (int split = 0; split < cells.size(); split++) {
      List<CellNoise> levels = cells.get(split);
      double[] logLevels = levels.stream().mapToDouble(cell -> Math.log(cell.level())).toArray();
      double[][] values = new double[levels.size()][];
      for (int level = 0; level < values.length; level++) {
        values[level] = noise(cells, split, level, telling);
      }
      splits.put(levels.get(0).split(), new SplitNoise(logLevels, values));
    }
  }

  /**
   * Refuses measurements that say nothing of how draws lie around their mean.
   *
   * @throws InvalidValueException if the channel is neither {@link FadingAwgn} nor {@link Erasure},
   *     for a provided one tells means over its levels, and not how these are distributed; or if a
   *     cell has one draw of one whole window
   */
  public static void requireKnown(LevelTable table) {
    Channel channel = table.measurements().channel();
    if (!(channel instanceof FadingAwgn || channel instanceof Erasure)) {
      throw new InvalidValueException(
          "channel of the measurements",
          channel.description(),
          FadingAwgn.NAME
              + " or "
              + Erasure.NAME
              + ": how the levels of others are distributed isn't known, so that there is no spread"
              + " of their draws, but only a mean");
    }
    if (table.fewestDraws() == 1
        && table.measurements().clean().losses().wholeWindows().size() < 2) {
      throw new InvalidValueException(
          "measurements", "of one whole window and one draw", "of several windows or draws");
    }
  }

  /** What this was made from. */
  public LevelTable table() {
    return table;
  }

  private static double[] noise(
      List<List<CellNoise>> cells, int split, int level, List<CellNoise> telling) {
    CellNoise own = cells.get(split).get(level);
    List<Atom> atoms = new ArrayList<>();
    add(atoms, own, OWN_WEIGHT);
    for (int step = -1; step <= 1; step += 2) {
      if (level + step >= 0 && level + step < cells.get(split).size()) {
        add(atoms, cells.get(split).get(level + step), 1);
      }
      if (split + step >= 0 && split + step < cells.size()) {
        cells.get(split + step).stream()
            .filter(cell -> cell.level() == own.level())
            .forEach(cell -> add(atoms, cell, 1));
      }
    }
    double[] probabilities = new double[NOISE_VALUES];
    Arrays.setAll(probabilities, i -> (i + 0.5) / NOISE_VALUES);
    double[] values = quantiles(atoms, probabilities);
    double mean = Arrays.stream(values).average().orElseThrow();
    double share = Math.sqrt(share(own, telling));
    for (int i = 0; i < values.length; i++) {
      values[i] = share * (values[i] - mean);
    }
    return values;
  }

  private static void add(List<Atom> atoms, CellNoise cell, double weight) {
    int count = cell.deviations().length;
    // around a mean of their own, deviations are a little too small
    double scale = count > 1 ? Math.sqrt((double) count / (count - 1)) : 1;
    for (double deviation : cell.deviations()) {
      atoms.add(new Atom(scale * deviation, weight / count));
    }
  }

  /** How much of the windows' variance is noise, in (0, 1]. */
  private static double share(CellNoise at, List<CellNoise> telling) {
    double weights = 0;
    double sum = 0;
    for (CellNoise cell : telling) {
      double splits = Math.log((double) cell.split() / at.split()) / LIKE_SPLITS;
      double levels = Math.log(cell.level() / at.level()) / LIKE_LEVELS;
      double apart = 1 + splits * splits + levels * levels;
      double weight = cell.freedom() / (apart * apart);
      weights += weight;
      sum += weight * Math.log(cell.within() / cell.pooled());
    }
    return weights == 0 ? 1 : Math.min(1, Math.exp(sum / weights));
  }

  /** In one channel state, at every split. */
  public AtState at(ChannelState state) {
    return new AtState(state);
  }

  /** How windows' draws lie in one channel state. */
  public final class AtState {
    private final List<Atom> levels;

    private AtState(ChannelState state) {
      this.levels = levels(state);
    }

    /**
     * How one window's draw lies around its expectation. The least and the greatest quantile are
     * such that what lies beyond the ones next to them is right on average, for the very ends of a
     * distribution with long tails are met by nobody.
     *
     * @param probabilities of the quantiles, ascending from 0 to 1
     */
    public Spread of(int split, double[] probabilities) {
      List<Atom> atoms = atoms(split);
      double[] quantiles = quantiles(atoms, probabilities);
      int last = probabilities.length - 1;
      double belowSecond = 0;
      double aboveLast = 0;
      double low = 0;
      double high = 0;
      double variance = 0;
      for (Atom atom : atoms) {
        variance += atom.weight() * atom.value() * atom.value();
        if (atom.value() < quantiles[1]) {
          low += atom.weight();
          belowSecond += atom.weight() * atom.value();
        }
        if (atom.value() > quantiles[last - 1]) {
          high += atom.weight();
          aboveLast += atom.weight() * atom.value();
        }
      }
      quantiles[0] = low > 0 ? 2 * belowSecond / low - quantiles[1] : quantiles[1];
      quantiles[last] = high > 0 ? 2 * aboveLast / high - quantiles[last - 1] : quantiles[last - 1];
      return new Spread(quantiles, Math.sqrt(variance));
    }

    private List<Atom> atoms(int split) {
      LevelCurve curve = table.curve(split);
      SplitNoise noise = Objects.requireNonNull(splits.get(split));
      double mean = 0;
      for (Atom level : levels) {
        mean += level.weight() * curve.at(level.value());
      }
      List<Atom> atoms = new ArrayList<>(levels.size() * NOISE_VALUES);
      double[] values = new double[NOISE_VALUES];
      // harm grows with the square of a noise's amplitude, and the noise's own part as its root
      double belowFirst = channel instanceof Erasure ? 0.5 : 1;
      for (Atom level : levels) {
        if (level.value() == 0) {
          Arrays.fill(values, 0);
        } else {
          noise.write(level.value(), belowFirst, values);
        }
        double around = curve.at(level.value()) - mean;
        for (double value : values) {
          atoms.add(new Atom(around + value, level.weight() / NOISE_VALUES));
        }
      }
      return atoms;
    }
  }

  /** The levels that the fading leads to, each with its share, which add up to 1. */
  private List<Atom> levels(ChannelState state) {
    if (!(channel instanceof FadingAwgn fading) || state.sigma() == 0) {
      // without noise, and under erasure whatever the state, every window has the same level
      return List.of(new Atom(channel.expectation(state, level -> level), 1));
    }
    Nakagami amplitude = new Nakagami(state.m());
    double deviation = fading.noiseDeviation(state);
    double[] measured = table.curve(table.splits().get(0)).levels();
    // beyond, nothing changes; and what lies far below costs next to nothing
    double low = Math.log(Math.min(measured[0], deviation) / 16);
    double high = Math.log(Math.max(measured[measured.length - 1], deviation));
    double step = (high - low) / LEVEL_BINS;
    List<Atom> levels = new ArrayList<>();
    double above = 1;
    double sum = 0;
    for (int bin = 0; bin <= LEVEL_BINS; bin++) {
      double next =
          bin == LEVEL_BINS
              ? 0
              : amplitude.outage(Math.exp(2 * (Math.log(deviation) - low - (bin + 1) * step)));
      double weight = above - next;
      above = next;
      if (weight > NEGLIGIBLE) {
        levels.add(new Atom(Math.exp(low + (bin + 0.5) * step), weight));
        sum += weight;
      }
    }
    double all = sum;
    return levels.stream().map(atom -> new Atom(atom.value(), atom.weight() / all)).toList();
  }

  /** Between the middles of what each value stands for. */
  private static double[] quantiles(List<Atom> atoms, double[] probabilities) {
    List<Atom> sorted = new ArrayList<>(atoms);
    sorted.sort(Comparator.comparingDouble(Atom::value));
    double all = 0;
    for (Atom atom : sorted) {
      all += atom.weight();
    }
    double[] quantiles = new double[probabilities.length];
    int at = 0;
    double before = Double.NEGATIVE_INFINITY;
    double valueBefore = sorted.get(0).value();
    double cumulated = 0;
    double middle = sorted.get(0).weight() / all / 2;
    for (int i = 0; i < quantiles.length; i++) {
      while (middle < probabilities[i] && at < sorted.size() - 1) {
        before = middle;
        valueBefore = sorted.get(at).value();
        cumulated += sorted.get(at).weight() / all;
        at++;
        middle = cumulated + sorted.get(at).weight() / all / 2;
      }
      double value = sorted.get(at).value();
      quantiles[i] =
          middle <= probabilities[i] || before == Double.NEGATIVE_INFINITY
              ? value
              : valueBefore
                  + (value - valueBefore) * (probabilities[i] - before) / (middle - before);
    }
    return quantiles;
  }
}
