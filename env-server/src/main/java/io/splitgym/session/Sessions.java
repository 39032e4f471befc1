package io.splitgym.session;

import io.splitgym.registry.CreatedEnvironment;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.EnvironmentRequest;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The live environments of a server. Safe for use by several threads; a call on one session never
 * waits for another.
 */
public final class Sessions implements AutoCloseable {
  private final EnvironmentRegistry registry;
  private final SessionLimits limits;
  private final LongSupplier nanoseconds;
  private final ConcurrentMap<String, Entry> live = new ConcurrentHashMap<>();
  private final AtomicInteger places = new AtomicInteger();
  private final AtomicLong created = new AtomicLong();
  private volatile boolean closed;

  /**
   * @param nanoseconds a clock that only goes forward, such as {@link System#nanoTime}
   */
  public Sessions(EnvironmentRegistry registry, SessionLimits limits, LongSupplier nanoseconds) {
    this.registry = registry;
    this.limits = limits;
    this.nanoseconds = nanoseconds;
  }

  /**
   * Makes an environment and gives it an id that can't be guessed.
   *
   * @throws LimitReachedException if there are as many as there may be
   * @see EnvironmentRegistry#create
   */
  public Session create(EnvironmentRequest request) {
    takePlace();
    boolean placed = false;
    try {
      CreatedEnvironment environment = registry.create(request);
      Session session = new Session(UUID.randomUUID().toString(), environment, limits, nanoseconds);
      Entry entry = new Entry(created.getAndIncrement(), session);
      live.put(session.id(), entry);
      placed = true;
      if (closed) {
        // close() may have looked before this one was there
        remove(entry);
        throw new UnknownSessionException(session.id());
      }
      return session;
    } finally {
      if (!placed) {
        places.decrementAndGet();
      }
    }
  }

  /**
   * The live environment of that id, which counts as use of it.
   *
   * @throws UnknownSessionException if there is none
   */
  public Session get(String id) {
    Entry entry = live.get(id);
    if (entry == null) {
      throw new UnknownSessionException(id);
    }
    if (entry.session().expired()) {
      remove(entry);
      throw new UnknownSessionException(id);
    }
    entry.session().touch();
    return entry.session();
  }

  /** All that live, the oldest first. */
  public List<Session> list() {
    expireIdle();
    return live.values().stream()
        .sorted(Comparator.comparingLong(Entry::order))
        .map(Entry::session)
        .toList();
  }

  /**
   * Ends an environment. The call that it works on is interrupted, and waited for.
   *
   * @throws UnknownSessionException if there is none of that id
   */
  public void delete(String id) {
    Entry entry = live.get(id);
    if (entry == null || !remove(entry)) {
      throw new UnknownSessionException(id);
    }
  }

  /** Ends those that nothing was asked of for too long. */
  public void expireIdle() {
    for (Entry entry : live.values()) {
      if (entry.session().expired()) {
        remove(entry);
      }
    }
  }

  /** Ends all of them, as {@link #delete} does. */
  @Override
  public void close() {
    closed = true;
    live.values().forEach(this::remove);
  }

  private boolean remove(Entry entry) {
    if (!live.remove(entry.session().id(), entry)) {
      return false;
    }
    try {
      entry.session().close();
    } finally {
      places.decrementAndGet();
    }
    return true;
  }

  private void takePlace() {
    if (places.incrementAndGet() <= limits.sessions()) {
      return;
    }
    places.decrementAndGet();
    expireIdle();
    if (places.incrementAndGet() <= limits.sessions()) {
      return;
    }
    places.decrementAndGet();
    throw new LimitReachedException(
        "this server holds as many environments as it may; delete one that is no longer needed",
        "sessions",
        "at most " + limits.sessions(),
        nextExpiry());
  }

  /** When the longest idle session would make room, if nothing more is asked of it. */
  private Duration nextExpiry() {
    return live.values().stream()
        .map(entry -> limits.idle().minus(entry.session().idle()))
        .min(Comparator.naturalOrder())
        .orElse(limits.idle());
  }

  private record Entry(long order, Session session) {}
}
