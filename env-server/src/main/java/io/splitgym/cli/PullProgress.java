package io.splitgym.cli;

import io.splitgym.checkpoint.hub.PullListener;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;

/** Shows a pull on standard error: notes as lines, each copy or download as a progress line. */
final class PullProgress implements PullListener, AutoCloseable {
  private static final long MEGABYTE = 1_000_000;

  private final PrintWriter err;
  private @Nullable String activity;
  private @Nullable ProgressLine line;

  PullProgress(PrintWriter err) {
    this.err = err;
  }

  @Override
  public void note(String text) {
    close();
    err.println(text);
    err.flush();
  }

  @Override
  public void progress(String doing, long done, long total) {
    if (line == null || !doing.equals(activity)) {
      close();
      activity = doing;
      line = new ProgressLine(doing, "MB");
    }
    long wholeMegabytes = (total + MEGABYTE - 1) / MEGABYTE;
    line.update(done == total ? wholeMegabytes : done / MEGABYTE, wholeMegabytes);
  }

  @Override
  public void close() {
    if (line != null) {
      line.close();
      line = null;
    }
  }
}
