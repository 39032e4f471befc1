package io.splitgym.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/**
 * How far long work has come, on standard error: a bar with rate and time left on a terminal, a
 * plain line every {@value #PLAIN_SECONDS} seconds otherwise. Safe for use by several threads.
 */
public final class ProgressLine implements AutoCloseable {
  private static final int PLAIN_SECONDS = 20;
  private static final long NANOS = 1_000_000_000L;
  private static final int BAR = 30;

  private final PrintStream out;
  private final String label;
  private final String unit;
  private final boolean terminal;
  private final long start = System.nanoTime();
  private long first = -1;
  private long lastShown;
  private boolean shown;

  /**
   * @param label what is being done, such as "measuring"
   * @param unit what is counted, such as "cells"
   */
  public ProgressLine(String label, String unit) {
    this(System.err, label, unit, System.console() != null);
  }

  ProgressLine(PrintStream out, String label, String unit, boolean terminal) {
    this.out = out;
    this.label = label;
    this.unit = unit;
    this.terminal = terminal;
  }

  /**
   * Tells how much is done. The rate counts from the first call, so that what an earlier run had
   * finished doesn't flatter it.
   */
  public synchronized void update(long done, long total) {
    long now = System.nanoTime();
    if (first < 0) {
      first = done;
    }
    long wait = terminal ? NANOS / 5 : PLAIN_SECONDS * NANOS;
    if (done < total && shown && now - lastShown < wait) {
      return;
    }
    lastShown = now;
    shown = true;
    double seconds = (now - start) / (double) NANOS;
    double rate = (done - first) / Math.max(seconds, 1e-9);
    String left =
        rate > 0 ? duration(Duration.ofSeconds(Math.round((total - done) / rate))) : "unknown";
    String text =
        String.format(
            Locale.ROOT,
            "%s %,d of %,d %s, %.3g a second, %s left",
            label,
            done,
            total,
            unit,
            rate,
            left);
    if (terminal) {
      int full = total == 0 ? BAR : (int) (BAR * done / total);
      out.print("\r[" + "#".repeat(full) + ".".repeat(BAR - full) + "] " + text + "\u001b[K");
    } else {
      out.println(text);
    }
    out.flush();
  }

  /** Ends the bar's line. */
  @Override
  public synchronized void close() {
    if (terminal && shown) {
      out.println();
    }
  }

  private static String duration(Duration time) {
    return time.toHours() > 0
        ? String.format(Locale.ROOT, "%d h %02d min", time.toHours(), time.toMinutesPart())
        : String.format(Locale.ROOT, "%d:%02d", time.toMinutes(), time.toSecondsPart());
  }
}
