package io.splitgym.agents.study;

import io.splitgym.agents.evaluation.Interval;
import io.splitgym.channel.ShortestDecimal;
import java.util.Locale;

/**
 * Numbers as studies write them. What isn't defined, such as a score where the optimum is no better
 * than random actions, is a word in tables and an empty cell in CSV.
 */
final class Format {
  private static final String UNDEFINED = "undefined";

  private Format() {}

  /** For a table: to three digits, with the interval unless it has no extent. */
  static String interval(Interval interval) {
    if (Double.isNaN(interval.mean())) {
      return UNDEFINED;
    }
    return interval.low() == interval.high()
        ? number(interval.mean())
        : number(interval.mean())
            + " ["
            + number(interval.low())
            + ", "
            + number(interval.high())
            + "]";
  }

  /** For a table: to three digits, of which zero has no sign. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return UNDEFINED;
    }
    String text = String.format(Locale.ROOT, "%.3f", value);
    return text.equals("-0.000") ? "0.000" : text;
  }

  /** Adds cells, each behind a comma. */
  static void append(StringBuilder csv, double... values) {
    for (double value : values) {
      csv.append(',').append(Double.isNaN(value) ? "" : ShortestDecimal.of(value));
    }
  }

  /** Adds the estimate, where its interval starts and where it ends. */
  static void append(StringBuilder csv, Interval interval) {
    append(csv, interval.mean(), interval.low(), interval.high());
  }
}
