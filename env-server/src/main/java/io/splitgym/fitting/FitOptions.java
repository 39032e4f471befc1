package io.splitgym.fitting;

import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.Range;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.List;

/**
 * How a surrogate is fitted.
 *
 * @param seed of the held-out cells, the first weights and the order of the batches
 * @param ranges of sigma and m that the surrogate will answer for
 * @param sigmas how many values of sigma are fitted, evenly spaced, at least 2
 * @param shapes how many values of m, evenly spaced on a logarithmic scale, at least 2
 * @param heldOut the share of the cells (sigma, m, p) that is kept from the fit and judged on, in
 *     (0, 1)
 * @param hidden widths of the hidden layers
 * @param steps of Adam; the learning rate falls to a thousandth along a half cosine
 * @param batch cells in a step
 * @param learningRate at the start
 */
public record FitOptions(
    long seed,
    ChannelRanges ranges,
    int sigmas,
    int shapes,
    double heldOut,
    List<Integer> hidden,
    int steps,
    int batch,
    double learningRate) {
  /** What the shipped surrogates are fitted with. */
  public static final FitOptions DEFAULT =
      new FitOptions(
          1,
          new ChannelRanges(new Range(0, 0.3), new Range(0.5, 10)),
          31,
          20,
          0.15,
          List.of(128, 128),
          20_000,
          256,
          3e-3);

  public FitOptions {
    hidden = List.copyOf(hidden);
    Require.inRange("sigmas", sigmas, 2, 10_000);
    Require.inRange("shapes", shapes, 2, 10_000);
    if (!(heldOut > 0 && heldOut < 1)) {
      throw new InvalidValueException("heldOut", heldOut, "in (0, 1)");
    }
    hidden.forEach(width -> Require.inRange("hidden", width, 1, 10_000));
    Require.positive("steps", steps);
    Require.positive("batch", batch);
    Require.positive("learningRate", learningRate);
  }

  /** The same with another seed. */
  public FitOptions withSeed(long other) {
    return new FitOptions(
        other, ranges, sigmas, shapes, heldOut, hidden, steps, batch, learningRate);
  }

  /** The same with another share held out. */
  public FitOptions withHeldOut(double share) {
    return new FitOptions(seed, ranges, sigmas, shapes, share, hidden, steps, batch, learningRate);
  }

  /** The same with hidden layers of other widths. */
  public FitOptions withHidden(List<Integer> other) {
    return new FitOptions(seed, ranges, sigmas, shapes, heldOut, other, steps, batch, learningRate);
  }

  /** The same for another range of states. */
  public FitOptions withRanges(ChannelRanges other) {
    return new FitOptions(seed, other, sigmas, shapes, heldOut, hidden, steps, batch, learningRate);
  }

  /** The same with another number of steps. */
  public FitOptions withSteps(int other) {
    return new FitOptions(
        seed, ranges, sigmas, shapes, heldOut, hidden, other, batch, learningRate);
  }
}
