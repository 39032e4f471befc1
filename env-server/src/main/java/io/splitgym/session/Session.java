package io.splitgym.session;

import io.splitgym.environment.ResetResult;
import io.splitgym.environment.StepResult;
import io.splitgym.registry.CreatedEnvironment;
import io.splitgym.registry.RequestForm;
import io.splitgym.space.SpaceElement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One live environment under its id. Safe for use by several threads: calls on it are worked on one
 * at a time, in the order in which they came.
 */
public final class Session {
  /** When a turned-away call may find its turn: a guess, since a step's length isn't known. */
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final String id;
  private final CreatedEnvironment created;
  private final SessionLimits limits;
  private final LongSupplier nanoseconds;
  private final RequestForm optionsForm;
  private final ReentrantLock turn = new ReentrantLock(true);
  private final AtomicInteger calls = new AtomicInteger();
  private final Object guard = new Object();
  private volatile Progress progress = Progress.NONE;
  private volatile long lastUsed;

  // guarded by guard, so that only the work is interrupted, never what its thread does next
  private @Nullable Thread worker;
  private boolean interrupted;
  private boolean closed;

  Session(String id, CreatedEnvironment created, SessionLimits limits, LongSupplier nanoseconds) {
    this.id = id;
    this.created = created;
    this.limits = limits;
    this.nanoseconds = nanoseconds;
    this.optionsForm = RequestForm.of(created.spec().options());
    this.lastUsed = nanoseconds.getAsLong();
  }

  public String id() {
    return id;
  }

  /** What was made, and how. Calls on the environment itself go through this session. */
  public CreatedEnvironment created() {
    return created;
  }

  /** How far it has come; never waits for a step that is being worked on. */
  public Progress progress() {
    return progress;
  }

  /**
   * Starts an episode.
   *
   * @param seed restarts the environment's randomness; null goes on from where it stands
   * @param options what fixes the start, by name
   * @throws io.splitgym.registry.MalformedRequestException if an option is unknown or has the wrong
   *     type
   * @throws io.splitgym.validation.InvalidValueException if an option isn't allowed
   * @throws UnknownSessionException if the session was closed before or while it was worked on
   * @throws LimitReachedException if too many calls wait already, or this one waited too long
   */
  public ResetResult reset(@Nullable Long seed, Map<String, Object> options) {
    optionsForm.check("options.", options);
    return inTurn(
        () -> {
          ResetResult result = created.environment().reset(seed, options);
          progress = progress.afterReset();
          return result;
        });
  }

  /**
   * Takes a step.
   *
   * @throws io.splitgym.validation.InvalidValueException if the action isn't in the action space
   * @throws io.splitgym.environment.EpisodeNotRunningException before the first reset and after an
   *     episode's end
   * @throws UnknownSessionException if the session was closed before or while it was worked on
   * @throws LimitReachedException if too many calls wait already, or this one waited too long
   */
  public StepResult step(SpaceElement action) {
    return inTurn(
        () -> {
          StepResult result = created.environment().step(action);
          progress = progress.afterStep(result.terminated(), result.truncated());
          return result;
        });
  }

  /** Counts as use, as every call does. */
  void touch() {
    lastUsed = nanoseconds.getAsLong();
  }

  /** How long nothing was asked of it; 0 while a call is being worked on. */
  Duration idle() {
    return calls.get() > 0 ? Duration.ZERO : Duration.ofNanos(nanoseconds.getAsLong() - lastUsed);
  }

  boolean expired() {
    return idle().compareTo(limits.idle()) >= 0;
  }

  /**
   * Interrupts the call that is being worked on, waits for its end, then frees the environment. An
   * environment that doesn't mind interrupts gets to finish its step.
   */
  void close() {
    synchronized (guard) {
      closed = true;
      if (worker != null && worker != Thread.currentThread()) {
        interrupted = true;
        worker.interrupt();
      }
    }
    turn.lock();
    try {
      created.environment().close();
    } finally {
      turn.unlock();
    }
  }

  private <T> T inTurn(Supplier<T> work) {
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
      synchronized (guard) {
        throw closed ? new UnknownSessionException(id) : busy("the server is stopping");
      }
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
