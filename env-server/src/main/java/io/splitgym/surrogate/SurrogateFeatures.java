package io.splitgym.surrogate;

import io.splitgym.validation.InvalidValueException;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * What the network sees of (sigma, m, p), each standardised by constants that are stored with the
 * weights. Our own networks see logarithms, since an early split breaks at a tenth of the noise
 * that a late one bears, and layers count for less the deeper they are; sigma may be 0, so a small
 * constant is added to it.
 *
 * @param form which features
 * @param means of the features over the training points
 * @param deviations their standard deviations, above 0
 */
@SuppressWarnings("ArrayRecordComponent") // read on every call, never handed out
public record SurrogateFeatures(Form form, float[] means, float[] deviations) {
  /** How many logarithms there are. */
  public static final int COUNT = 3;

  /** Which features a network takes, in order. */
  public enum Form {
    LOGARITHMS("ln(sigma + 0.01), ln(m), ln(p)", 3),
    SIGMA_M_P("sigma, m, p", 3),
    SIGMA_P("sigma, p", 2);

    private final String text;
    private final int count;

    Form(String text, int count) {
      this.text = text;
      this.count = count;
    }

    /** What the file's metadata says of them. */
    public String text() {
      return text;
    }

    /** How many there are. */
    public int count() {
      return count;
    }

    /**
     * @throws InvalidValueException unless it is the text of one of them
     */
    static Form ofText(String text) {
      for (Form form : values()) {
        if (form.text.equals(text)) {
          return form;
        }
      }
      throw new InvalidValueException(
          "features",
          text,
          Arrays.stream(values()).map(Form::text).collect(Collectors.joining("; ", "one of ", "")));
    }
  }

  private static final double SIGMA_OFFSET = 0.01;

  public SurrogateFeatures {
    if (means.length != form.count() || deviations.length != form.count()) {
      throw new InvalidValueException(
          "features",
          means.length + " and " + deviations.length,
          form.count() + " means and deviations");
    }
    for (int i = 0; i < means.length; i++) {
      if (!(deviations[i] > 0 && Float.isFinite(deviations[i]) && Float.isFinite(means[i]))) {
        throw new InvalidValueException(
            "features", means[i] + " and " + deviations[i], "finite, deviations above 0");
      }
    }
  }

  /** Of the three logarithms. */
  public SurrogateFeatures(float[] means, float[] deviations) {
    this(Form.LOGARITHMS, means, deviations);
  }

  /** Writes the logarithms, not yet standardised, into the array. */
  public static void logarithms(double sigma, double m, int split, double[] into) {
    // StrictMath: the same bits on every platform
    into[0] = StrictMath.log(sigma + SIGMA_OFFSET);
    into[1] = StrictMath.log(m);
    into[2] = StrictMath.log(split);
  }

  /** Writes the inputs of a network that takes logarithms into the array. */
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
   * @param at where in the array they begin
   */
  void write(double sigma, double m, int split, double splitLogarithm, float[] into, int at) {
    switch (form) {
      case LOGARITHMS -> {
        into[at] = (float) standardised(0, StrictMath.log(sigma + SIGMA_OFFSET));
        into[at + 1] = (float) standardised(1, StrictMath.log(m));
        into[at + 2] = (float) standardised(2, splitLogarithm);
      }
      case SIGMA_M_P -> {
        into[at] = (float) standardised(0, sigma);
        into[at + 1] = (float) standardised(1, m);
        into[at + 2] = (float) standardised(2, split);
      }
      case SIGMA_P -> {
        into[at] = (float) standardised(0, sigma);
        into[at + 1] = (float) standardised(1, split);
      }
    }
  }

  private double standardised(int feature, double value) {
    return (value - means[feature]) / deviations[feature];
  }
}
