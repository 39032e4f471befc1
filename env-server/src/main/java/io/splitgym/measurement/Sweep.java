package io.splitgym.measurement;

import io.splitgym.perplexity.SplitEvaluator;
import io.splitgym.validation.Require;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Measures what a plan asks for and the store lacks, on several threads. Every measurement is in
 * the store before anyone hears of it, so a sweep resumes where it stopped, however it stopped.
 */
public final class Sweep {
  /**
   * How a sweep ended.
   *
   * @param cells of the plan
   * @param measured by this sweep
   * @param measuredBefore in the store already, or measured by others meanwhile
   */
  public record Outcome(int cells, int measured, int measuredBefore) {
    /** Whether every cell of the plan is in the store. */
    public boolean complete() {
      return measured + measuredBefore == cells;
    }
  }

  private static final long WAIT_FOR_OTHERS_MILLISECONDS = 200;

  private final SplitEvaluator evaluator;
  private final MeasurementStore store;
  private final int threads;
  private volatile boolean stopped;

  /**
   * @param threads how many cells are evaluated at once
   */
  public Sweep(SplitEvaluator evaluator, MeasurementStore store, int threads) {
    this.evaluator = evaluator;
    this.store = store;
    this.threads = Require.positive("threads", threads);
  }

  /**
   * Runs until the plan is done or {@link #stop} is called.
   *
   * @throws RuntimeException what the evaluator or the store threw first; the cells before it are
   *     in the store
   */
  public Outcome run(SweepPlan plan, SweepListener listener) {
    Set<MeasurementKey> there = new HashSet<>();
    for (Measurement measurement : store.all(evaluator.setting())) {
      there.add(measurement.key());
    }
    Deque<MeasurementKey> open = new ArrayDeque<>();
    for (MeasurementKey cell : plan.cells()) {
      if (!there.contains(cell)) {
        open.add(cell);
      }
    }
    int before = plan.cells().size() - open.size();
    listener.started(plan, before);
    Progress progress = new Progress(open, listener);
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < Math.min(threads, open.size()); i++) {
      Thread worker = new Thread(() -> work(progress), "sweep-" + (i + 1));
      worker.start();
      workers.add(worker);
    }
    for (Thread worker : workers) {
      joinUninterruptibly(worker);
    }
    progress.rethrow();
    return new Outcome(plan.cells().size(), progress.measured, before + progress.elsewhere);
  }

  /** Lets the cells in flight end, and no other begin. Any thread may call this. */
  public void stop() {
    stopped = true;
  }

  private void work(Progress progress) {
    try {
      int takenInARow = 0;
      while (!stopped) {
        @Nullable MeasurementKey cell = progress.next();
        if (cell == null) {
          return;
        }
        switch (store.claim(cell)) {
          case MEASURED -> progress.elsewhere(cell);
          case TAKEN -> {
            // its owner may die, so it stays open until it is measured
            if (takenInARow++ >= progress.putBack(cell)) {
              Thread.sleep(WAIT_FOR_OTHERS_MILLISECONDS);
              takenInARow = 0;
            }
            continue;
          }
          case GRANTED -> progress.measured(store.measureClaimed(evaluator, cell));
        }
        takenInARow = 0;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stopped = true;
    } catch (RuntimeException | Error e) {
      stopped = true;
      progress.failed(e);
    }
  }

  private void joinUninterruptibly(Thread worker) {
    boolean interrupted = false;
    while (worker.isAlive()) {
      try {
        worker.join();
      } catch (InterruptedException e) {
        interrupted = true;
        stop();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** What the workers share. */
  private static final class Progress {
    private final Deque<MeasurementKey> open;
    private final SweepListener listener;
    private int measured;
    private int elsewhere;
    private @Nullable Throwable failure;

    Progress(Deque<MeasurementKey> open, SweepListener listener) {
      this.open = open;
      this.listener = listener;
    }

    synchronized @Nullable MeasurementKey next() {
      return open.poll();
    }

    /** Returns how many cells are open now. */
    synchronized int putBack(MeasurementKey cell) {
      open.addLast(cell);
      return open.size();
    }

    synchronized void measured(Measurement measurement) {
      measured++;
      listener.measured(measurement);
    }

    synchronized void elsewhere(MeasurementKey cell) {
      elsewhere++;
      listener.measuredElsewhere(cell);
    }

    synchronized void failed(Throwable thrown) {
      if (failure == null) {
        failure = thrown;
      } else {
        failure.addSuppressed(thrown);
      }
    }

    synchronized void rethrow() {
      if (failure instanceof Error error) {
        throw error;
      }
      if (failure instanceof RuntimeException exception) {
        throw exception;
      }
    }
  }
}
