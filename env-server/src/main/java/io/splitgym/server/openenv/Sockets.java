package io.splitgym.server.openenv;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All open connections: the threads that work for them, and the one that sees who is gone. */
final class Sockets implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sockets.class);

  /** How often a peer is asked whether it is there before its silence counts as gone. */
  private static final int PINGS = 3;

  private static final int THREAD_IDLE_SECONDS = 60;

  private final Set<Connection> open = ConcurrentHashMap.newKeySet();
  private final ThreadPoolExecutor workers;
  private final ScheduledExecutorService watch;
  private final Duration silence;
  private final Duration grace;

  /**
   * @param threads the most connections worked for at once
   * @param ping how often a peer is asked whether it is there
   * @param grace how long a stop waits for what is in flight
   * @param beside done each time that peers are asked
   */
  @SuppressWarnings("FutureReturnValueIgnored") // a look round tells of its failures itself
  Sockets(int threads, Duration ping, Duration grace, Runnable beside) {
    this.silence = ping.multipliedBy(PINGS);
    this.grace = grace;
    AtomicInteger number = new AtomicInteger();
    // The queue needs no bound of its own: a connection has two tasks in it at most, and
    // connections are limited.
    workers =
        new ThreadPoolExecutor(
            threads,
            threads,
            THREAD_IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> daemon(work, "openenv-" + number.incrementAndGet()));
    workers.allowCoreThreadTimeOut(true);
    watch = Executors.newSingleThreadScheduledExecutor(work -> daemon(work, "openenv-watch"));
    long pause = Math.max(1, ping.toMillis());
    watch.scheduleWithFixedDelay(() -> lookRound(beside), pause, pause, TimeUnit.MILLISECONDS);
  }

  Executor workers() {
    return workers;
  }

  void add(Connection connection) {
    open.add(connection);
  }

  void remove(Connection connection) {
    open.remove(connection);
  }

  /** Answers what is in flight, then closes every connection and frees its environment. */
  @Override
  public void close() {
    watch.shutdownNow();
    workers.shutdown();
    try {
      if (!workers.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("some steps took longer than {} and were not waited for", grace);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    List.copyOf(open).forEach(Connection::stop);
  }

  /** A failure with one connection must not end the watch over the others. */
  private void lookRound(Runnable beside) {
    try {
      beside.run();
    } catch (RuntimeException e) {
      LOG.error("names could not be tidied up", e);
    }
    for (Connection connection : open) {
      try {
        connection.check(silence.toNanos());
      } catch (RuntimeException e) {
        LOG.error("a connection could not be looked after", e);
      }
    }
  }

  private static Thread daemon(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }
}
