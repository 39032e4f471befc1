package io.splitgym.measurement;

import io.splitgym.channel.Transmission;
import io.splitgym.perplexity.EvaluationSetting;
import io.splitgym.perplexity.SplitEvaluator;
import io.splitgym.perplexity.WindowLosses;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A formula whose evaluations begin and then wait until they are let go on, or interrupted. */
public final class BlockingEvaluator implements SplitEvaluator {
  private final AnalyticEvaluator formula = new AnalyticEvaluator(6, 3, 0);
  private final Semaphore begun = new Semaphore(0);
  private volatile CountDownLatch goOn = new CountDownLatch(1);
  private final AtomicInteger cancelled = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();

  /** Returns once another evaluation has begun. */
  public void awaitBegun() throws InterruptedException {
    if (!begun.tryAcquire(20, TimeUnit.SECONDS)) {
      throw new AssertionError("no evaluation began");
    }
  }

  /** From now on nothing waits any more. */
  public void letGo() {
    goOn.countDown();
  }

  /** From now on evaluations wait again, as at first. */
  public void block() {
    goOn = new CountDownLatch(1);
    begun.drainPermits();
  }

  /** How many evaluations went through. */
  public int evaluations() {
    return formula.evaluations();
  }

  /** How many evaluations were interrupted. */
  public int cancelled() {
    return cancelled.get();
  }

  /** How often it was closed. */
  public int closed() {
    return closed.get();
  }

  @Override
  public EvaluationSetting setting() {
    return formula.setting();
  }

  @Override
  public int layers() {
    return formula.layers();
  }

  @Override
  public WindowLosses evaluate(int split, Transmission transmission, long noiseSeed) {
    begun.release();
    try {
      goOn.await();
    } catch (InterruptedException e) {
      cancelled.incrementAndGet();
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted");
    }
    return formula.evaluate(split, transmission, noiseSeed);
  }

  @Override
  public void close() {
    closed.incrementAndGet();
  }
}
