package io.splitgym.surrogate;

import io.splitgym.validation.InvalidValueException;

/**
 * What the network sees of (sigma, m, p): their logarithms, since an early split breaks at a tenth
 * of the noise that a late one bears, and layers count for less the deeper they are; each
 * standardised by constants that are stored with the weights. sigma may be 0, so a small constant
 * is added to it.
 *
 * @param means of the three logarithms over the training points
 * @param deviations their standard deviations, above 0
 */
@SuppressWarnings("ArrayRecordComponent") // read on every call, never handed out
public record SurrogateFeatures(float[] means, float[] deviations) {
  /** How many there are. */
  public static final int COUNT = 3;

  /** What the file's metadata says of them. */
  public static final String DESCRIPTION = "ln(sigma + 0.01), ln(m), ln(p)";

  private static final double SIGMA_OFFSET = 0.01;

  public SurrogateFeatures {
    if (means.length != COUNT || deviations.length != COUNT) {
      throw new InvalidValueException(
          "features", means.length + " and " + deviations.length, COUNT + " means and deviations");
    }
    for (int i = 0; i < COUNT; i++) {
      if (!(deviations[i] > 0 && Float.isFinite(deviations[i]) && Float.isFinite(means[i]))) {
        throw new InvalidValueException(
            "features", means[i] + " and " + deviations[i], "finite, deviations above 0");
      }
    }
  }

  /** Writes the logarithms, not yet standardised, into the array. */
  public static void logarithms(double sigma, double m, int split, double[] into) {
    // StrictMath: the same bits on every platform
    into[0] = StrictMath.log(sigma + SIGMA_OFFSET);
    into[1] = StrictMath.log(m);
    into[2] = StrictMath.log(split);
  }

  /** Writes the network's inputs into the array. */
  public void write(double sigma, double m, int split, double[] into) {
    logarithms(sigma, m, split, into);
    for (int i = 0; i < COUNT; i++) {
      into[i] = standardised(i, into[i]);
    }
  }

  /**
   * Writes the network's inputs into the array.
   *
   * @param splitLogarithm ln(p), as {@link #logarithms} has it: splits are few, so it can be kept
   */
  void write(double sigma, double m, double splitLogarithm, float[] into) {
    into[0] = (float) standardised(0, StrictMath.log(sigma + SIGMA_OFFSET));
    into[1] = (float) standardised(1, StrictMath.log(m));
    into[2] = (float) standardised(2, splitLogarithm);
  }

  private double standardised(int feature, double logarithm) {
    return (logarithm - means[feature]) / deviations[feature];
  }
}
