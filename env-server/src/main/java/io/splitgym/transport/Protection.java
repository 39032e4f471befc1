package io.splitgym.transport;

import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which elements of a token are sent reliably beside the packets. Each is sent as its index and a
 * float32, so it arrives as it was, and it doesn't count towards the token's scale. Its place in
 * the packets stays, and holds zero, so that the packets are the same whatever was protected.
 */
public sealed interface Protection {
  /**
   * The protection that two settings tell of; at most one of them protects anything.
   *
   * @param greatest how many elements {@link Greatest} protects; null and 0 are none
   * @param ratio beyond which {@link Above} protects; null and 0 are none
   * @throws InvalidValueException naming {@value Greatest#NAME} or {@value Above#NAME} if it isn't
   *     allowed, or both protect
   */
  static Protection of(@Nullable Integer greatest, @Nullable Double ratio) {
    int elements = greatest == null ? 0 : greatest;
    double above = ratio == null ? 0 : ratio;
    if (elements < 0) {
      throw new InvalidValueException(Greatest.NAME, elements, Greatest.ALLOWED);
    }
    if (above != 0 && !Above.isRatio(above)) {
      throw new InvalidValueException(Above.NAME, above, Above.ALLOWED);
    }
    if (elements > 0 && above != 0) {
      throw new InvalidValueException(
          Above.NAME, above, "left out or 0: " + Greatest.NAME + " tells what is protected");
    }
    if (elements > 0) {
      return new Greatest(elements);
    }
    return above == 0 ? new None() : new Above(above);
  }

  /**
   * Where the protected elements of one token are.
   *
   * @param values float32, as the user equipment computed them; left as they are
   * @param from the token's first element in {@code values}
   * @param width how many elements the token has, at least 1
   * @return places in {@code values}, ascending
   */
  int[] places(float[] values, int from, int width);

  /**
   * Bits, for each token, that tell the receiver how many of its elements are protected; 0 where it
   * knows.
   *
   * @param width elements of a token, at least 1
   */
  int countBits(int width);

  /**
   * Bits of one protected element: an index that tells it from the others of its token, and a
   * float32. What repetitions on the reliable link take isn't counted.
   *
   * @param width elements of a token, at least 1
   */
  static int elementBits(int width) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(width - 1) + Float.SIZE;
  }

  /** Nothing is protected. */
  record None() implements Protection {
    @Override
    public int[] places(float[] values, int from, int width) {
      return new int[0];
    }

    @Override
    public int countBits(int width) {
      return 0;
    }
  }

  /**
   * The same number of elements of each token, those of the greatest magnitude; of equal ones the
   * first.
   *
   * @param elements of each token, at least 1; where a token has fewer, all
   */
  record Greatest(int elements) implements Protection {
    /** The setting that asks for it. */
    public static final String NAME = "protectGreatest";

    /** What that setting may be, in words. */
    public static final String ALLOWED = "0 (none) or more";

    public Greatest {
      Require.positive(NAME, elements);
    }

    @Override
    public int[] places(float[] values, int from, int width) {
      float[] sorted = sortedMagnitudes(values, from, width);
      int count = Math.min(elements, width);
      float least = sorted[width - count];
      int above = 0;
      while (above < count && sorted[width - 1 - above] > least) {
        above++;
      }
      int equal = count - above;
      int[] chosen = new int[count];
      int found = 0;
      for (int i = from; i < from + width && found < count; i++) {
        float magnitude = magnitude(values[i]);
        if (magnitude > least || (magnitude == least && equal-- > 0)) {
          chosen[found++] = i;
        }
      }
      return chosen;
    }

    @Override
    public int countBits(int width) {
      // the receiver knows the number
      return 0;
    }
  }

  /**
   * Massive activations: the elements whose magnitude is more than so many times the median
   * magnitude of their token, however many there are. Sun et al., "Massive Activations in Large
   * Language Models" (2024), call an element massive from about 1,000 times the median on. A token
   * whose median is zero has none.
   *
   * @param ratio in [1, {@value #GREATEST_RATIO}]
   */
  record Above(double ratio) implements Protection {
    /** The setting that asks for it. */
    public static final String NAME = "protectAbove";

    public static final int GREATEST_RATIO = 1_000_000;

    private static final String RANGE = "in [1, " + GREATEST_RATIO + "]";

    /** What that setting may be, in words. */
    public static final String ALLOWED = "0 (none) or " + RANGE;

    public Above {
      if (!isRatio(ratio)) {
        throw new InvalidValueException(NAME, ratio, RANGE);
      }
    }

    private static boolean isRatio(double ratio) {
      return ratio >= 1 && ratio <= GREATEST_RATIO;
    }

    @Override
    public int[] places(float[] values, int from, int width) {
      float[] sorted = sortedMagnitudes(values, from, width);
      double median = ((double) sorted[(width - 1) / 2] + sorted[width / 2]) / 2;
      double least = ratio * median;
      if (median == 0 || sorted[width - 1] <= least) {
        return new int[0];
      }
      int[] chosen = new int[width];
      int found = 0;
      for (int i = from; i < from + width; i++) {
        if (magnitude(values[i]) > least) {
          chosen[found++] = i;
        }
      }
      return Arrays.copyOf(chosen, found);
    }

    @Override
    public int countBits(int width) {
      return Integer.SIZE - Integer.numberOfLeadingZeros(width);
    }
  }

  private static float[] sortedMagnitudes(float[] values, int from, int width) {
    float[] magnitudes = new float[width];
    for (int i = 0; i < width; i++) {
      magnitudes[i] = magnitude(values[from + i]);
    }
    Arrays.sort(magnitudes);
    return magnitudes;
  }

  /** NaN counts as nothing: there is nothing to save in it. */
  private static float magnitude(float value) {
    return Float.isNaN(value) ? 0 : Math.abs(value);
  }
}
