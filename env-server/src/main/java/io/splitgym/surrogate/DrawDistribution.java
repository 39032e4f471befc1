package io.splitgym.surrogate;

import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;

/**
 * How one draw of fading and noise over one window of text lies around its expectation, predicted
 * by a network of its own: quantiles of the window's mean loss less its expectation, in nats.
 *
 * <p>The network gives, for the inputs of the mean's network, how far apart neighbouring quantiles
 * are, on a logarithmic scale and standardised, so that they can't cross. Between quantiles the
 * distribution is uniform. They are moved such that its mean is 0: draws lie around what the mean's
 * network predicts, whatever this one does.
 *
 * <p>A text's windows have a fading amplitude and noise of their own, so a draw over a text is the
 * mean of as many draws as it has windows.
 */
public final class DrawDistribution {
  private final Perceptron network;
  private final float[] probabilities;
  private final float[] gapMeans;
  private final float[] gapDeviations;
  private final DrawProvenance provenance;
  private final ThreadLocal<Scratch> scratch;

  /**
   * What a thread works in.
   *
   * @param outputs of the network
   * @param quantiles in nats
   */
  @SuppressWarnings("ArrayRecordComponent") // written in place
  private record Scratch(float[] outputs, double[] quantiles) {}

  /**
   * Where the distribution comes from.
   *
   * @param window tokens in one of the windows that were drawn
   * @param dataHash SHA-256 of the measurements' CSV, in hexadecimal
   * @param seed of the fit
   * @param errors what the fit reported on held-out cells, in words
   */
  public record DrawProvenance(int window, String dataHash, long seed, String errors) {
    public DrawProvenance {
      Require.positive("draws.window", window);
    }
  }

  /**
   * @param network gives one value less than there are probabilities
   * @param probabilities of the quantiles, ascending from 0 to 1; not copied
   * @param gapMeans the logarithm of the gap from quantile i to the next is {@code gapMeans[i] +
   *     gapDeviations[i]} times what the network gives; not copied
   * @param gapDeviations above 0; not copied
   */
  public DrawDistribution(
      Perceptron network,
      float[] probabilities,
      float[] gapMeans,
      float[] gapDeviations,
      DrawProvenance provenance) {
    int gaps = probabilities.length - 1;
    if (gaps < 1 || probabilities[0] != 0 || probabilities[gaps] != 1) {
      throw new InvalidValueException(
          "draws.probabilities", probabilities.length + " of them", "from 0 to 1, two or more");
    }
    for (int i = 0; i < gaps; i++) {
      if (!(probabilities[i] < probabilities[i + 1])) {
        throw new InvalidValueException(
            "draws.probabilities", probabilities[i + 1], "above " + probabilities[i]);
      }
    }
    if (network.outputs() != gaps || gapMeans.length != gaps || gapDeviations.length != gaps) {
      throw new InvalidValueException(
          "draws",
          network.outputs()
              + " outputs, "
              + gapMeans.length
              + " means and "
              + gapDeviations.length
              + " deviations",
          gaps + " of each, one less than there are probabilities");
    }
    for (int i = 0; i < gaps; i++) {
      if (!Float.isFinite(gapMeans[i])) {
        throw new InvalidValueException("draws.target.mean", gapMeans[i], "finite");
      }
      Require.positive("draws.target.deviation", gapDeviations[i]);
    }
    this.network = network;
    this.probabilities = probabilities;
    this.gapMeans = gapMeans;
    this.gapDeviations = gapDeviations;
    this.provenance = provenance;
    this.scratch =
        ThreadLocal.withInitial(() -> new Scratch(new float[gaps], new double[gaps + 1]));
  }

  Perceptron network() {
    return network;
  }

  float[] gapMeans() {
    return gapMeans;
  }

  float[] gapDeviations() {
    return gapDeviations;
  }

  float[] rawProbabilities() {
    return probabilities;
  }

  /** The probabilities of {@link #quantiles}, ascending from 0 to 1. */
  public double[] probabilities() {
    double[] copy = new double[probabilities.length];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = probabilities[i];
    }
    return copy;
  }

  /** Where this comes from. */
  public DrawProvenance provenance() {
    return provenance;
  }

  /**
   * Quantiles of one window's draw around its expectation, in nats, for what is set as the {@link
   * Perceptron#inputs} of {@link #network}. The array is this thread's, until the next call.
   */
  double[] quantiles() {
    Scratch own = scratch.get();
    network.forward(1, own.outputs(), 0);
    double[] quantiles = own.quantiles();
    quantiles[0] = 0;
    double mean = 0;
    for (int i = 0; i < gapMeans.length; i++) {
      // StrictMath: the same bits on every platform
      double gap = StrictMath.exp(gapMeans[i] + (double) gapDeviations[i] * own.outputs()[i]);
      quantiles[i + 1] = quantiles[i] + gap;
      mean += share(i) * (quantiles[i] + quantiles[i + 1]) / 2;
    }
    for (int i = 0; i < quantiles.length; i++) {
      quantiles[i] -= mean;
    }
    return quantiles;
  }

  /** The mean of as many draws as there are windows, in nats, around the expectation. */
  double draw(double[] quantiles, int windows, RandomStream random) {
    double sum = 0;
    for (int window = 0; window < windows; window++) {
      sum += at(quantiles, random.nextDouble());
    }
    return sum / windows;
  }

  /** The standard deviation of {@link #draw}. */
  double deviation(double[] quantiles, int windows) {
    double variance = 0;
    for (int i = 0; i < gapMeans.length; i++) {
      double low = quantiles[i];
      double high = quantiles[i + 1];
      variance += share(i) * (low * low + low * high + high * high) / 3;
    }
    return Math.sqrt(variance / windows);
  }

  private double at(double[] quantiles, double probability) {
    int gap = 0;
    while (gap < gapMeans.length - 1 && probability >= probabilities[gap + 1]) {
      gap++;
    }
    double place = (probability - probabilities[gap]) / share(gap);
    return quantiles[gap] + place * (quantiles[gap + 1] - quantiles[gap]);
  }

  private double share(int gap) {
    return (double) probabilities[gap + 1] - probabilities[gap];
  }
}
