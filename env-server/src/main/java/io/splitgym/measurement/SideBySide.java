package io.splitgym.measurement;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Pieces of work on threads of their own, which end with the last piece. Nothing of it goes on once
 * the caller has its answer, whatever that is.
 */
final class SideBySide {
  private SideBySide() {}

  /**
   * Works on all of them. When the calling thread is interrupted, or one of them fails, those that
   * are worked on are interrupted, no other is begun, and the call ends when they have ended.
   *
   * @param threads the most that are worked on at once; the calling thread is enough for one
   * @return what came of each, in their order
   * @throws CancellationException if the calling thread is interrupted, which it still is then
   */
  static <T> List<T> all(List<Supplier<T>> work, int threads) {
    if (work.size() < 2 || threads < 2) {
      List<T> results = new ArrayList<>(work.size());
      for (Supplier<T> piece : work) {
        if (Thread.currentThread().isInterrupted()) {
          throw cancelled();
        }
        results.add(piece.get());
      }
      return results;
    }
    ExecutorService workers =
        Executors.newFixedThreadPool(
            Math.min(threads, work.size()),
            task -> {
              Thread thread = new Thread(task, "cell");
              thread.setDaemon(true);
              return thread;
            });
    try {
      return results(work, new ExecutorCompletionService<>(workers));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw cancelled();
    } finally {
      workers.shutdownNow();
      awaitEnd(workers);
    }
  }

  private static <T> List<T> results(List<Supplier<T>> work, ExecutorCompletionService<T> workers)
      throws InterruptedException {
    List<Future<T>> begun = new ArrayList<>(work.size());
    AtomicBoolean failed = new AtomicBoolean();
    for (Supplier<T> piece : work) {
      begun.add(workers.submit(() -> unlessFailed(piece, failed)));
    }
    for (int i = 0; i < begun.size(); i++) {
      // in the order in which they end, so that a failure is known at once
      result(workers.take());
    }
    List<T> results = new ArrayList<>(begun.size());
    for (Future<T> one : begun) {
      results.add(result(one));
    }
    return results;
  }

  /**
   * A worker that failed would otherwise begin its next piece before anyone hears of the failure.
   */
  private static <T> T unlessFailed(Supplier<T> piece, AtomicBoolean failed) {
    if (failed.get()) {
      throw cancelled();
    }
    try {
      return piece.get();
    } catch (RuntimeException | Error e) {
      failed.set(true);
      throw e;
    }
  }

  private static <T> T result(Future<T> one) throws InterruptedException {
    try {
      return one.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      if (e.getCause() instanceof Error failure) {
        throw failure;
      }
      throw new IllegalStateException("a supplier throws nothing that is checked", e.getCause());
    }
  }

  private static CancellationException cancelled() {
    return new CancellationException("interrupted: no further cell is begun");
  }

  /** What they work on may be closed right after, so they have to have left it. */
  private static void awaitEnd(ExecutorService workers) {
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      try {
        ended = workers.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
