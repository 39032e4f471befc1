package io.splitgym.server.operation;

import io.splitgym.server.problem.ProblemException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where calls are worked on. One that takes microseconds is, right where it came in: handing it to
 * another thread would cost more than it does itself. One on a slow backend gets a thread of its
 * own and the backend's time, and nobody waits for it: the thread that read it goes on to read. A
 * call that runs out of its time is answered so, and goes on by itself, since a step that was begun
 * is a step taken.
 *
 * <p>The queue has no bound of its own: each request in it comes from a connection, or from a
 * socket's slots, and both are bounded.
 */
public final class Workers implements AutoCloseable {
  private static final int THREAD_IDLE_SECONDS = 60;

  private final RequestLimits limits;
  private final Stopping stopping;
  private final ThreadPoolExecutor threads;

  /**
   * @param threads the most slow calls that are worked on at once
   * @param stopping what tells of calls that were given up
   */
  public Workers(RequestLimits limits, int threads, Stopping stopping) {
    this.limits = limits;
    this.stopping = stopping;
    this.threads =
        new ThreadPoolExecutor(
            threads,
            threads,
            THREAD_IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> {
              Thread thread = new Thread(work, "slow call");
              thread.setDaemon(true);
              return thread;
            });
    this.threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Works on something: at once and here if it is fast, else on a thread of its own, within the
   * backend's time.
   *
   * @param slow the slow backend that it needs, or null
   * @return what comes of it, or what failed without the wrappings of futures; already there if it
   *     is fast
   */
  public <T> CompletableFuture<T> begin(@Nullable String slow, Supplier<T> work) {
    if (slow != null) {
      return within(slow, begin(() -> stopping.explained(work)));
    }
    try {
      return CompletableFuture.completedFuture(stopping.explained(work));
    } catch (RuntimeException | Error e) {
      return CompletableFuture.failedFuture(asUnchecked(e));
    }
  }

  /** How many slow calls wait for a thread. */
  public int waiting() {
    return threads.getQueue().size();
  }

  /** How many slow calls are worked on, about. */
  public int running() {
    return threads.getActiveCount();
  }

  /**
   * What comes of work that was begun, or the problem that it takes too long.
   *
   * @param slow the backend's name
   */
  public <T> CompletableFuture<T> within(String slow, CompletableFuture<T> work) {
    Duration time = limits.timeOf(slow);
    return work.copy()
        .orTimeout(time.toMillis(), TimeUnit.MILLISECONDS)
        .handle(
            (result, failure) -> {
              if (failure == null) {
                return result;
              }
              throw failure instanceof TimeoutException
                  ? ProblemException.tookTooLong(slow, time)
                  : asUnchecked(failure);
            });
  }

  /** Begins work on a thread of its own. */
  public <T> CompletableFuture<T> begin(Supplier<T> work) {
    return CompletableFuture.supplyAsync(work, threads);
  }

  /** What failed, without the wrappings of futures. */
  public static RuntimeException asUnchecked(@Nullable Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof RuntimeException unchecked
        ? unchecked
        : new IllegalStateException("a call failed", cause);
  }

  /** Lets what was begun end by itself. */
  @Override
  public void close() {
    threads.shutdown();
  }
}
