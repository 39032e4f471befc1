package io.splitgym.server.openenv;

import java.time.Duration;
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
  private volatile boolean finishing;

  /**
   * @param threads the most connections worked for at once
   * @param ping how often a peer is asked whether it is there
   * @param beside done each time that peers are asked
   */
  @SuppressWarnings("FutureReturnValueIgnored") // a look round tells of its failures itself
  Sockets(int threads, Duration ping, Runnable beside) {
    this.silence = ping.multipliedBy(PINGS);
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
    if (finishing) {
      // finish() may have looked before this one was there
      connection.stopOnceAnswered();
    }
  }

  void remove(Connection connection) {
    open.remove(connection);
  }

  /**
   * Reads no more messages; each connection closes once those that were read are answered, and
   * frees its environment.
   */
  void finish() {
    finishing = true;
    open.forEach(Connection::stopOnceAnswered);
  }

  /** Whether every connection is closed. */
  boolean finished() {
    return open.isEmpty();
  }

  /** Closes every connection, answered or not, and frees its environment. */
  @Override
  public void close() {
    watch.shutdownNow();
    open.forEach(Connection::stop);
    workers.shutdown();
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
