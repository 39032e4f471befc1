package io.splitgym.surrogate;

import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Range;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.LogPerplexity;
import io.splitgym.reward.PredictingModel;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.OptionalLong;

/**
 * A surrogate as a table over noise and fading for each split, between whose points it is bilinear.
 * Many times faster than the network, and off by {@link #error}, which is known. The points are
 * evenly spaced in the roots of sigma and of m: closer together where the network bends more, and a
 * root costs next to nothing.
 */
public final class TabulatedSurrogate implements PredictingModel {
  private static final int MOST_VALUES = 1 << 26;

  private final SurrogateModel surrogate;
  private final ChannelRanges ranges;
  private final Axis sigmas;
  private final Axis shapes;

  /** [split, sigma, m], from split 1 on. */
  private final float[] values;

  private final Error error;

  /**
   * How far the table is from the network, looked at in the middle of each of its cells, where a
   * bilinear function is farthest off.
   *
   * @param greatest absolute difference
   * @param rootMeanSquare of the differences
   */
  public record Error(double greatest, double rootMeanSquare) {}

  /** Points that are evenly spaced in the root. A range of one value has a single point. */
  private record Axis(Range range, int points, double low, double step) {
    static Axis of(Range range, int points) {
      int needed = range.low() == range.high() ? 1 : points;
      double low = Math.sqrt(range.low());
      return new Axis(
          range, needed, low, needed == 1 ? 1 : (Math.sqrt(range.high()) - low) / (needed - 1));
    }

    double at(double place) {
      double root = low + place * step;
      return range.clip(root * root);
    }

    double place(double value) {
      return (Math.sqrt(value) - low) / step;
    }

    /** The point before a place, such that there is one behind it, too. */
    int cell(double place) {
      return Math.max(0, Math.min(points - 2, (int) place));
    }
  }

  /**
   * Asks the surrogate for each point.
   *
   * @param ranges where it will be asked, within the surrogate's domain
   * @param sigmas how many points the noise intensity has, at least 2
   * @param shapes how many points m has, at least 2; one is enough where its range is one value
   */
  public TabulatedSurrogate(
      SurrogateModel surrogate, ChannelRanges ranges, int sigmas, int shapes) {
    Require.inRange("sigmas", sigmas, 2, 1 << 20);
    Require.inRange("shapes", shapes, 2, 1 << 20);
    this.surrogate = surrogate;
    this.ranges = ranges;
    this.sigmas = Axis.of(ranges.sigma(), sigmas);
    this.shapes = Axis.of(ranges.m(), shapes);
    int splits = surrogate.domain().greatestSplit();
    long size = (long) splits * this.sigmas.points() * this.shapes.points();
    if (size > MOST_VALUES) {
      throw new InvalidValueException("table", size + " values", "of up to " + MOST_VALUES);
    }
    this.values = new float[(int) size];
    fill();
    this.error = difference();
  }

  /** How far off it is. */
  public Error error() {
    return error;
  }

  /** How many bytes the table takes. */
  public long bytes() {
    return (long) values.length * Float.BYTES;
  }

  @Override
  public int layers() {
    return surrogate.layers();
  }

  @Override
  public boolean givesRewardTerm() {
    return surrogate.givesRewardTerm();
  }

  @Override
  public double cleanLogPerplexity() {
    return surrogate.cleanLogPerplexity();
  }

  @Override
  public LogPerplexity logPerplexity(ChannelState state, int split, RandomStream noise) {
    return new LogPerplexity(value(state.sigma(), state.m(), split), state, OptionalLong.empty());
  }

  @Override
  public void logPerplexities(
      double[] sigma, double[] m, int[] split, int from, int to, double[] into) {
    for (int i = from; i < to; i++) {
      into[i] = value(sigma[i], m[i], split[i]);
    }
  }

  private double value(double sigma, double m, int split) {
    if (!(sigma >= ranges.sigma().low()
        && sigma <= ranges.sigma().high()
        && m >= ranges.m().low()
        && m <= ranges.m().high()
        && split >= surrogate.domain().leastSplit()
        && split <= surrogate.domain().greatestSplit())) {
      throw refusal(sigma, m, split);
    }
    double row = sigmas.place(sigma);
    double column = shapes.place(m);
    int width = shapes.points();
    int at = (split - 1) * sigmas.points() * width;
    if (sigmas.points() == 1) {
      return width == 1 ? values[at] : along(at, column);
    }
    int cell = sigmas.cell(row);
    double share = row - cell;
    at += cell * width;
    double before = width == 1 ? values[at] : along(at, column);
    double behind = width == 1 ? values[at + 1] : along(at + width, column);
    return before + share * (behind - before);
  }

  private double along(int at, double place) {
    int cell = shapes.cell(place);
    double before = values[at + cell];
    return before + (place - cell) * (values[at + cell + 1] - before);
  }

  private InvalidValueException refusal(double sigma, double m, int split) {
    try {
      Require.inRange("sigma", sigma, ranges.sigma().low(), ranges.sigma().high());
      Require.inRange("m", m, ranges.m().low(), ranges.m().high());
      Require.inRange(
          "split", split, surrogate.domain().leastSplit(), surrogate.domain().greatestSplit());
    } catch (InvalidValueException e) {
      return e;
    }
    throw new IllegalStateException("one of them is outside");
  }

  private void fill() {
    int width = shapes.points();
    double[] sigma = new double[width];
    double[] m = new double[width];
    int[] split = new int[width];
    double[] answers = new double[width];
    int at = 0;
    for (int p = 1; p <= surrogate.domain().greatestSplit(); p++) {
      for (int row = 0; row < sigmas.points(); row++) {
        ask(row, 0, p, sigma, m, split, answers, width);
        for (int column = 0; column < width; column++) {
          values[at++] = (float) answers[column];
        }
      }
    }
  }

  private Error difference() {
    int rows = Math.max(1, sigmas.points() - 1);
    int width = Math.max(1, shapes.points() - 1);
    double[] sigma = new double[width];
    double[] m = new double[width];
    int[] split = new int[width];
    double[] answers = new double[width];
    double greatest = 0;
    double squares = 0;
    int splits = surrogate.domain().greatestSplit() - surrogate.domain().leastSplit() + 1;
    for (int p = surrogate.domain().leastSplit(); p <= surrogate.domain().greatestSplit(); p++) {
      for (int row = 0; row < rows; row++) {
        ask(row + 0.5, 0.5, p, sigma, m, split, answers, width);
        for (int column = 0; column < width; column++) {
          double off = value(sigma[column], m[column], p) - answers[column];
          greatest = Math.max(greatest, Math.abs(off));
          squares += off * off;
        }
      }
    }
    return new Error(greatest, Math.sqrt(squares / ((double) splits * rows * width)));
  }

  /** What the network says along a row of the table. */
  private void ask(
      double row,
      double firstColumn,
      int p,
      double[] sigma,
      double[] m,
      int[] split,
      double[] answers,
      int width) {
    for (int column = 0; column < width; column++) {
      sigma[column] = sigmas.at(sigmas.points() == 1 ? 0 : row);
      m[column] = shapes.at(shapes.points() == 1 ? 0 : column + firstColumn);
      split[column] = Math.max(p, surrogate.domain().leastSplit());
    }
    surrogate.logPerplexities(sigma, m, split, 0, width, answers);
  }
}
