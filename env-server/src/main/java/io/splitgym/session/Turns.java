package io.splitgym.session;

import io.splitgym.validation.LimitReachedException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls on one session, worked on one at a time in the order in which they came, with a bound on
 * how many wait and for how long; and how long ago the last one was. Safe for use by several
 * threads.
 */
final class Turns {
  /** When a turned-away call may find its turn: a guess, since a step's length isn't known. */
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final String id;
  private final SessionLimits limits;
  private final LongSupplier nanoseconds;
  private final ReentrantLock turn = new ReentrantLock(true);
  private final AtomicInteger calls = new AtomicInteger();
  private final Object guard = new Object();
  private volatile long lastUsed;

  // guarded by guard, so that only the work is interrupted, never what its thread does next
  private @Nullable Thread worker;
  private boolean interrupted;
  private boolean closed;

  /**
   * @param id of the session, for messages
   */
  Turns(String id, SessionLimits limits, LongSupplier nanoseconds) {
    this.id = id;
    this.limits = limits;
    this.nanoseconds = nanoseconds;
    this.lastUsed = nanoseconds.getAsLong();
  }

  /**
   * Works when it is this call's turn.
   *
   * @throws UnknownSessionException if the session was closed before or while it was worked on
   * @throws LimitReachedException if too many calls wait already, or this one waited too long
   */
  <T> T take(Supplier<T> work) {
    if (calls.incrementAndGet() > limits.waiting() + 1) {
      calls.decrementAndGet();
      throw busy("too many calls wait for this environment");
    }
    try {
      if (!turn.tryLock(limits.patience().toNanos(), TimeUnit.NANOSECONDS)) {
        throw busy("the calls before this one on this environment take too long");
      }
      try {
        return interruptibly(work);
      } finally {
        turn.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw busy("the server is stopping");
    } finally {
      touch();
      calls.decrementAndGet();
    }
  }

  /** Works unless someone else does just now or the session is closed; counts as no use. */
  void takeIfFree(Runnable work) {
    if (!turn.tryLock()) {
      return;
    }
    try {
      if (!isClosed()) {
        work.run();
      }
    } finally {
      turn.unlock();
    }
  }

  /**
   * Turns away what comes from now on, interrupts what is being worked on and waits for its end,
   * then does this last. Work that doesn't mind interrupts gets to finish. If the last thing fails,
   * calls are worked on as before.
   */
  void close(Runnable last) {
    synchronized (guard) {
      closed = true;
      if (worker != null && worker != Thread.currentThread()) {
        interrupted = true;
        worker.interrupt();
      }
    }
    turn.lock();
    boolean done = false;
    try {
      last.run();
      done = true;
    } finally {
      if (!done) {
        reopen();
      }
      turn.unlock();
    }
  }

  private void reopen() {
    synchronized (guard) {
      closed = false;
      interrupted = false;
    }
  }

  /** How many calls wait for the one that is being worked on. */
  int waiting() {
    return Math.max(0, calls.get() - 1);
  }

  /** Counts as use, as every call does. */
  void touch() {
    lastUsed = nanoseconds.getAsLong();
  }

  /** How long nothing was asked of it; 0 while a call is being worked on. */
  Duration idle() {
    return calls.get() > 0 ? Duration.ZERO : Duration.ofNanos(nanoseconds.getAsLong() - lastUsed);
  }

  private boolean isClosed() {
    synchronized (guard) {
      return closed;
    }
  }

  private <T> T interruptibly(Supplier<T> work) {
    synchronized (guard) {
      if (closed) {
        throw new UnknownSessionException(id);
      }
      worker = Thread.currentThread();
    }
    try {
      return work.get();
    } catch (CancellationException e) {
      throw isClosed() ? new UnknownSessionException(id) : busy("the server is stopping");
    } finally {
      synchronized (guard) {
        worker = null;
        if (interrupted) {
          // it was meant for the work, and the thread goes on to answer the caller
          Thread.interrupted();
        }
      }
    }
  }

  private LimitReachedException busy(String message) {
    return new LimitReachedException(
        message, "waiting calls", "at most " + limits.waiting() + " at a time", RETRY);
  }
}
