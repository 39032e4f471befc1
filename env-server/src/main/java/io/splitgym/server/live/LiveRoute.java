package io.splitgym.server.live;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.router.Endpoint;
import io.splitgym.server.problem.ProblemException;
import io.splitgym.server.wire.Encoding;
import io.splitgym.session.Sessions;
import io.splitgym.validation.LimitReachedException;
import jakarta.servlet.ServletOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * GET /v1/live: where environments stand, as JSON; and to whom accepts text/event-stream, at once
 * and then whenever that changes, a few times a second at most. Environments know nothing of it: it
 * looks at them while somebody watches, and does nothing otherwise.
 */
public final class LiveRoute implements AutoCloseable {
  public static final String PATH = "/v1/live";

  private static final Logger LOG = LoggerFactory.getLogger(LiveRoute.class);
  private static final String EVENT_STREAM = "text/event-stream";

  /** More would neither be read nor be drawn in time. */
  private static final int MOST_LISTED = 50;

  /** Four looks a second: what happens in between is told together. */
  private static final Duration PAUSE = Duration.ofMillis(250);

  private static final Duration LONGEST_KEEP_ALIVE = Duration.ofSeconds(10);
  private static final Duration RETRY = Duration.ofSeconds(10);

  private final Sessions sessions;
  private final int most;
  private final long keepAlive;
  private final Board board;
  private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService clock;
  private int places;
  private @Nullable ScheduledFuture<?> looking;
  private boolean closed;

  /**
   * @param most at most so many watch at once
   * @param silence a connection on which nothing moves for so long is closed
   */
  public LiveRoute(Sessions sessions, int most, Duration silence) {
    this.sessions = sessions;
    this.most = most;
    this.keepAlive = Math.min(LONGEST_KEEP_ALIVE.toNanos(), silence.toNanos() / 3);
    this.board = new Board(sessions, MOST_LISTED);
    // its thread starts with the first watcher
    this.clock =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "live");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Adds it. */
  public void addTo(RoutesConfig routes) {
    routes.addEndpoint(new Endpoint(HandlerType.GET, PATH, this::handle));
  }

  /** How many watch. */
  public int watching() {
    return watchers.size();
  }

  /** Lets all who watch go, and takes no more. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    watchers.forEach(Watcher::end);
    clock.shutdownNow();
  }

  private void handle(Context ctx) {
    ctx.header("Cache-Control", "no-store");
    String accept = ctx.header("Accept");
    if (accept == null || !accept.toLowerCase(Locale.ROOT).contains(EVENT_STREAM)) {
      Board once = new Board(sessions, MOST_LISTED);
      once.look();
      ctx.contentType(Encoding.JSON.mediaType()).result(Encoding.JSON.bytes(once.whole()));
      return;
    }
    takePlace();
    ctx.contentType(EVENT_STREAM).header("X-Accel-Buffering", "no");
    ctx.future(() -> watch(ctx));
  }

  /** Runs once the request is asynchronous. */
  private CompletableFuture<?> watch(Context ctx) {
    ServletOutputStream out;
    try {
      out = ctx.res().getOutputStream();
    } catch (IOException e) {
      freePlace();
      throw new UncheckedIOException(e);
    }
    Watcher watcher = new Watcher(out);
    watchers.add(watcher);
    CompletableFuture<?> gone = watcher.done().thenRun(() -> forget(watcher));
    out.setWriteListener(watcher);
    if (isClosed()) {
      // close() may have looked before this one was there
      watcher.end();
    }
    return gone;
  }

  private void forget(Watcher watcher) {
    watchers.remove(watcher);
    freePlace();
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private synchronized void takePlace() {
    if (closed) {
      throw ProblemException.stopping();
    }
    if (places >= most) {
      throw new LimitReachedException(
          "as many watch this server as may", "watchers", "at most " + most, RETRY);
    }
    places++;
    if (looking == null) {
      looking =
          clock.scheduleWithFixedDelay(this::look, 0, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private synchronized void freePlace() {
    places--;
    if (places == 0 && looking != null) {
      looking.cancel(false);
      looking = null;
    }
  }

  /** A failure must not end the looking. */
  private void look() {
    try {
      board.look();
      long now = System.nanoTime();
      watchers.forEach(watcher -> watcher.tell(board, now, keepAlive));
    } catch (RuntimeException e) {
      LOG.error("watchers could not be told", e);
    }
  }
}
