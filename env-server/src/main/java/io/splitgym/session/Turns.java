package io.splitgym.session;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

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
  private volatile long lastUsed;
  private volatile boolean closed;

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
   * @throws UnknownSessionException if the session was closed meanwhile
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
        if (closed) {
          throw new UnknownSessionException(id);
        }
        return work.get();
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
      if (!closed) {
        work.run();
      }
    } finally {
      turn.unlock();
    }
  }

  /** Turns away what comes from now on, waits for what is being worked on, then does this last. */
  void close(Runnable last) {
    closed = true;
    turn.lock();
    try {
      last.run();
    } finally {
      turn.unlock();
    }
  }

  /** Counts as use, as every call does. */
  void touch() {
    lastUsed = nanoseconds.getAsLong();
  }

  /** How long nothing was asked of it; 0 while a call is being worked on. */
  Duration idle() {
    return calls.get() > 0 ? Duration.ZERO : Duration.ofNanos(nanoseconds.getAsLong() - lastUsed);
  }

  private LimitReachedException busy(String message) {
    return new LimitReachedException(
        message, "waiting calls", "at most " + limits.waiting() + " at a time", RETRY);
  }
}
