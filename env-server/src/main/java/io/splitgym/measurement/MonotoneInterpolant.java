package io.splitgym.measurement;

import java.util.Arrays;

/**
 * Piecewise cubic Hermite interpolation that keeps the data's shape: monotone wherever the data
 * are, and never beyond its two neighbours. Slopes after F. N. Fritsch and J. Butland, "A method
 * for constructing local monotone piecewise cubic interpolants", SIAM J. Sci. Stat. Comput. 5
 * (1984), which meet the conditions of Fritsch and Carlson (1980); at the ends the three-point
 * formula, limited likewise. Constant outside of the data.
 */
final class MonotoneInterpolant {
  private final double[] x;
  private final double[] y;
  private final double[] slopes;

  /**
   * @param x strictly ascending, at least one; not copied
   * @param y as many, finite; not copied
   */
  MonotoneInterpolant(double[] x, double[] y) {
    if (x.length == 0 || x.length != y.length) {
      throw new IllegalArgumentException(x.length + " places and " + y.length + " values");
    }
    for (int i = 1; i < x.length; i++) {
      if (!(x[i] > x[i - 1])) {
        throw new IllegalArgumentException("places must ascend: " + Arrays.toString(x));
      }
    }
    this.x = x;
    this.y = y;
    this.slopes = slopes(x, y);
  }

  double at(double place) {
    int last = x.length - 1;
    if (place <= x[0]) {
      return y[0];
    }
    if (place >= x[last]) {
      return y[last];
    }
    int found = Arrays.binarySearch(x, place);
    int left = found >= 0 ? found : -found - 2;
    double width = x[left + 1] - x[left];
    double t = (place - x[left]) / width;
    double u = 1 - t;
    return y[left] * (1 + 2 * t) * u * u
        + y[left + 1] * (3 - 2 * t) * t * t
        + width * t * u * (slopes[left] * u - slopes[left + 1] * t);
  }

  private static double[] slopes(double[] x, double[] y) {
    int n = x.length;
    double[] slopes = new double[n];
    if (n < 2) {
      return slopes;
    }
    double[] widths = new double[n - 1];
    double[] secants = new double[n - 1];
    for (int i = 0; i < n - 1; i++) {
      widths[i] = x[i + 1] - x[i];
      secants[i] = (y[i + 1] - y[i]) / widths[i];
    }
    if (n == 2) {
      Arrays.fill(slopes, secants[0]);
      return slopes;
    }
    for (int i = 1; i < n - 1; i++) {
      if (secants[i - 1] * secants[i] > 0) {
        double before = 2 * widths[i] + widths[i - 1];
        double after = widths[i] + 2 * widths[i - 1];
        slopes[i] = (before + after) / (before / secants[i - 1] + after / secants[i]);
      }
    }
    slopes[0] = end(widths[0], widths[1], secants[0], secants[1]);
    slopes[n - 1] = end(widths[n - 2], widths[n - 3], secants[n - 2], secants[n - 3]);
    return slopes;
  }

  private static double end(double near, double far, double nearSecant, double farSecant) {
    double slope = ((2 * near + far) * nearSecant - near * farSecant) / (near + far);
    if (slope * nearSecant <= 0) {
      return 0;
    }
    return nearSecant * farSecant <= 0 && Math.abs(slope) > 3 * Math.abs(nearSecant)
        ? 3 * nearSecant
        : slope;
  }
}
