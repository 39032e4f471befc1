package io.splitgym.session;

import io.splitgym.durability.Checkpoint;
import io.splitgym.durability.DurableLog;
import io.splitgym.durability.Recovered;
import io.splitgym.registry.CreatedEnvironment;
import io.splitgym.registry.CreatedVector;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.EnvironmentRequest;
import io.splitgym.registry.VectorRequest;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes sessions of requests, of saved states and of what an earlier process left. */
final class SessionFactory {
  private final EnvironmentRegistry registry;
  private final SessionLimits limits;
  private final LongSupplier nanoseconds;
  private final @Nullable Recording recording;
  private final AtomicLong created = new AtomicLong();

  SessionFactory(
      EnvironmentRegistry registry,
      SessionLimits limits,
      LongSupplier nanoseconds,
      @Nullable Recording recording) {
    this.registry = registry;
    this.limits = limits;
    this.nanoseconds = nanoseconds;
    this.recording = recording;
  }

  /**
   * For whom a session is made, and what becomes of it.
   *
   * @param key of the request, if it had one
   * @param digest of what the request asked for; empty where there is no key
   * @param recorded whether its episodes are
   * @param log where it is kept; null keeps nothing of it
   */
  record Order(
      String client,
      @Nullable RequestKey key,
      String digest,
      boolean recorded,
      @Nullable DurableLog log) {}

  /** What a session has that begins. */
  private record Beginning(String id, Origin origin, @Nullable Keeping keeping, Turns turns) {}

  /**
   * Makes an environment.
   *
   * @param saved where it goes on from, if not from nothing
   */
  Session make(EnvironmentRequest request, @Nullable SavedState saved, Order order) {
    CreatedEnvironment made = registry.create(request);
    return orElse(
        made.environment()::close,
        () -> {
          if (saved != null) {
            OtherModelException.requireOfState(saved.fingerprint(), made.fingerprint());
            made.environment().restore(saved.data());
          }
          Beginning beginning = begin(order, saved == null ? Progress.NONE : saved.progress());
          return Session.begin(
              beginning.id(),
              beginning.origin(),
              SessionDescription.of(made),
              made.environment(),
              registry,
              beginning.keeping(),
              recording,
              beginning.turns());
        });
  }

  /** Makes a vector; the rest as for an environment. */
  VectorSession make(VectorRequest request, @Nullable SavedVector saved, Order order) {
    CreatedVector made = registry.createVector(request);
    return orElse(
        made.environment()::close,
        () -> {
          if (saved != null) {
            OtherModelException.requireOfState(saved.fingerprint(), made.fingerprint());
            made.environment().restore(saved.data());
          }
          Beginning beginning = begin(order, saved == null ? Progress.NONE : saved.progress());
          return VectorSession.begin(
              beginning.id(),
              beginning.origin(),
              VectorDescription.of(made),
              made.environment(),
              registry,
              beginning.keeping(),
              recording,
              beginning.turns());
        });
  }

  /**
   * What an earlier process left, to be woken when it is asked for something.
   *
   * @throws RuntimeException if this program can't make anything of it
   */
  KeptSession asleep(Recovered recovered, DurableLog log) {
    String id = recovered.trail().id().toString();
    Checkpoint checkpoint = recovered.checkpoint();
    SessionDocument document = SessionDocument.of(checkpoint.document());
    Keeping keeping = new Keeping(log, recovered.trail());
    KeptSession session = asleep(id, document, checkpoint, keeping);
    created.accumulateAndGet(session.origin().order() + 1, Math::max);
    return session;
  }

  private KeptSession asleep(
      String id, SessionDocument document, Checkpoint checkpoint, Keeping keeping) {
    Object kind = document.description().get("kind");
    if (Session.KIND.equals(kind)) {
      return Session.asleep(id, document, checkpoint, registry, keeping, recording, turns(id));
    }
    if (VectorSession.KIND.equals(kind)) {
      return VectorSession.asleep(
          id, document, checkpoint, registry, keeping, recording, turns(id));
    }
    throw new IllegalArgumentException("no session is of the kind " + kind);
  }

  private Beginning begin(Order order, Progress progress) {
    UUID id = UUID.randomUUID();
    DurableLog log = order.log();
    return new Beginning(
        id.toString(),
        new Origin(
            created.getAndIncrement(),
            order.client(),
            order.key(),
            order.digest(),
            progress,
            order.recorded()),
        log == null ? null : new Keeping(log, log.begin(id)),
        turns(id.toString()));
  }

  private Turns turns(String id) {
    return new Turns(id, limits, nanoseconds);
  }

  private static <T> T orElse(Runnable undo, Supplier<T> work) {
    boolean done = false;
    try {
      T result = work.get();
      done = true;
      return result;
    } finally {
      if (!done) {
        undo.run();
      }
    }
  }
}
