package io.splitgym.server.live;

import io.splitgym.server.wire.Encoding;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * One who watches. It is told the next thing when the last one has left, so one who reads slowly
 * misses what was in between, and nothing piles up; no thread ever waits for it.
 */
final class Watcher implements WriteListener {
  private static final byte[] START = "event: live\ndata: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] KEEP_ALIVE = ":\n\n".getBytes(StandardCharsets.US_ASCII);

  private final ServletOutputStream out;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private boolean ready;
  private boolean unflushed;
  private long told;
  private Set<String> toldOf = Set.of();
  private int toldAll;
  private long writtenAt;

  Watcher(ServletOutputStream out) {
    this.out = out;
  }

  /** Completed when it watches no more, for whatever reason. */
  CompletableFuture<Void> done() {
    return done;
  }

  /**
   * Tells what is new, if the last thing has left.
   *
   * @param now in nanoseconds
   * @param keepAlive nothing is sent for no longer than so many nanoseconds
   */
  synchronized void tell(Board board, long now, long keepAlive) {
    if (!ready || done.isDone()) {
      return;
    }
    LiveBody body = told == 0 ? board.whole() : board.changes(told, toldOf);
    boolean silent =
        told != 0
            && body.environments().isEmpty()
            && body.ended().isEmpty()
            && body.unlisted().isEmpty()
            && body.all() == toldAll;
    if (silent && now - writtenAt < keepAlive) {
      return;
    }
    writtenAt = now;
    if (silent) {
      write(KEEP_ALIVE);
    } else {
      told = board.looks();
      toldOf = board.ids();
      toldAll = board.all();
      write(START, Encoding.JSON.bytes(body), END);
    }
  }

  /** Watches no more. */
  void end() {
    done.complete(null);
  }

  @Override
  public synchronized void onWritePossible() {
    try {
      proceed();
    } catch (IOException e) {
      end();
    }
  }

  @Override
  public void onError(Throwable failure) {
    end();
  }

  private void write(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    byte[] joined = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, joined, at, part.length);
      at += part.length;
    }
    ready = false;
    unflushed = true;
    try {
      out.write(joined);
      proceed();
    } catch (IOException e) {
      end();
    }
  }

  /** As far as it goes without waiting; the container calls again when it goes further. */
  private void proceed() throws IOException {
    if (done.isDone() || !out.isReady()) {
      return;
    }
    if (unflushed) {
      unflushed = false;
      out.flush();
      if (!out.isReady()) {
        return;
      }
    }
    ready = true;
  }
}
