package io.splitgym.session;

import io.splitgym.durability.DurabilityException;
import io.splitgym.durability.DurableLog;
import io.splitgym.durability.Recovered;
import io.splitgym.recording.EpisodeStore;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.EnvironmentRequest;
import io.splitgym.registry.VectorRequest;
import io.splitgym.session.SessionFactory.Order;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.LimitReachedException;
import io.splitgym.validation.Require;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The live environments of a server. Safe for use by several threads; a call on one session never
 * waits for another.
 *
 * <p>A key is remembered for as long as the environment that was made with it lives, so there are
 * never more keys than environments.
 */
public final class Sessions implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

  private final SessionLimits limits;
  private final SessionFactory factory;
  private final Places places;
  private final RequestKeys keys;
  private final @Nullable DurableLog log;
  private final @Nullable Recording recording;
  private final @Nullable Checkpoints checkpoints;
  private final ConcurrentMap<String, KeptSession> live = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, UnreadSession> unread = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /**
   * Sessions that end with the process.
   *
   * @param nanoseconds a clock that only goes forward, such as {@link System#nanoTime}
   */
  public Sessions(EnvironmentRegistry registry, SessionLimits limits, LongSupplier nanoseconds) {
    this(registry, limits, nanoseconds, null, null);
  }

  /** Sessions that are kept, of which no episodes are recorded. */
  public Sessions(
      EnvironmentRegistry registry,
      SessionLimits limits,
      LongSupplier nanoseconds,
      @Nullable DurableLog log) {
    this(registry, limits, nanoseconds, log, null);
  }

  /**
   * Sessions that are kept, those that are there already among them.
   *
   * @param nanoseconds a clock that only goes forward, such as {@link System#nanoTime}
   * @param log where they are kept, which {@link #close} closes; null keeps none
   * @param recording where their episodes are recorded, which {@link #close} closes; null where
   *     none can be
   */
  public Sessions(
      EnvironmentRegistry registry,
      SessionLimits limits,
      LongSupplier nanoseconds,
      @Nullable DurableLog log,
      @Nullable Recording recording) {
    this.recording = recording;
    this.limits = limits;
    this.factory = new SessionFactory(registry, limits, nanoseconds, recording);
    this.places = new Places(limits);
    this.keys = new RequestKeys(limits.patience());
    this.log = log;
    if (log == null) {
      this.checkpoints = null;
    } else {
      log.takeRecovered().forEach(recovered -> wakeable(recovered, log));
      this.checkpoints = new Checkpoints(log, trail -> kept(trail.toString()));
    }
  }

  /** Makes an environment; a request without a key. */
  public Session create(EnvironmentRequest request, String client) {
    return create(request, null, client, null);
  }

  /** Makes an environment whose episodes are recorded if all are. */
  public Session create(EnvironmentRequest request, String client, @Nullable RequestKey key) {
    return create(request, null, client, key);
  }

  /**
   * Makes an environment and gives it an id that can't be guessed.
   *
   * @param record whether its episodes are to be recorded; null as the server has it
   * @param client who asks for it
   * @param key what the client calls the request by; if a live environment came of one of its own
   *     with that key, nothing is made and that one returned
   * @throws LimitReachedException if there are as many as there may be, or as many of this client's
   * @throws RequestKeyReusedException if the key came with another request before
   * @throws io.splitgym.durability.DurabilityException if it can't be kept; then it wasn't made
   * @throws io.splitgym.validation.InvalidValueException if episodes are to be recorded where none
   *     can be
   * @see EnvironmentRegistry#create
   */
  public Session create(
      EnvironmentRequest request,
      @Nullable Boolean record,
      String client,
      @Nullable RequestKey key) {
    boolean recorded = recorded(record);
    return once(
        Session.class,
        client,
        key,
        () -> List.of("create" + asked(record), text(request), request.parameters()),
        digest -> make(request, null, new Order(client, key, digest, recorded, log)));
  }

  /**
   * Makes an environment that belongs to something which ends with the process, such as a
   * connection: nothing of it is kept.
   *
   * @see #create(EnvironmentRequest, Boolean, String, RequestKey)
   */
  public Session createUnkept(EnvironmentRequest request, String client) {
    return make(request, null, new Order(client, null, "", recorded(null), null));
  }

  /** Makes an environment that goes on from a saved state, recorded if all are. */
  public Session create(SavedState saved, String client, @Nullable RequestKey key) {
    return create(saved, null, client, key);
  }

  /**
   * Makes an environment that goes on from a saved state.
   *
   * @throws io.splitgym.validation.InvalidValueException if there can't be such a state
   * @throws OtherModelException if another model answered the steps that led to it
   * @see #create(EnvironmentRequest, Boolean, String, RequestKey)
   */
  public Session create(
      SavedState saved, @Nullable Boolean record, String client, @Nullable RequestKey key) {
    boolean recorded = recorded(record);
    return once(
        Session.class,
        client,
        key,
        () -> List.of("state" + asked(record), saved.checksum()),
        digest -> make(saved.request(), saved, new Order(client, key, digest, recorded, log)));
  }

  /**
   * Makes an environment that goes on as that one does, each for itself; its episodes are recorded
   * if that one's are.
   *
   * @throws UnknownSessionException if there is none of that id
   * @see #create(EnvironmentRequest, Boolean, String, RequestKey)
   */
  public Session duplicate(String id, String client, @Nullable RequestKey key) {
    Session original = get(id);
    return once(
        Session.class,
        client,
        key,
        () -> List.of("clone", id),
        digest -> {
          SavedState saved = original.save();
          boolean recorded = original.origin().recorded();
          return make(saved.request(), saved, new Order(client, key, digest, recorded, log));
        });
  }

  /** Makes a vector whose episodes are recorded if all are. */
  public VectorSession createVector(
      VectorRequest request, String client, @Nullable RequestKey key) {
    return createVector(request, null, client, key);
  }

  /**
   * Makes a vector of environments and gives it an id that can't be guessed.
   *
   * @throws io.splitgym.validation.InvalidValueException if it asks for more environments than a
   *     vector may have
   * @throws LimitReachedException if there are as many sessions as there may be, or as many of this
   *     client's, or as many environments in vectors
   * @see #create(EnvironmentRequest, Boolean, String, RequestKey)
   * @see EnvironmentRegistry#createVector
   */
  public VectorSession createVector(
      VectorRequest request, @Nullable Boolean record, String client, @Nullable RequestKey key) {
    boolean recorded = recorded(record);
    Require.inRange(VectorRequest.COUNT, request.count(), 1, limits.vectorSize());
    EnvironmentRequest each = request.each();
    return once(
        VectorSession.class,
        client,
        key,
        () ->
            List.of(
                "create vector" + asked(record),
                text(each),
                each.parameters(),
                request.count(),
                request.autoreset().text()),
        digest -> make(request, null, new Order(client, key, digest, recorded, log)));
  }

  /** Makes a vector that goes on from a saved state, recorded if all are. */
  public VectorSession createVector(SavedVector saved, String client, @Nullable RequestKey key) {
    return createVector(saved, null, client, key);
  }

  /**
   * Makes a vector of environments that goes on from a saved state.
   *
   * @throws io.splitgym.validation.InvalidValueException if there can't be such a state
   * @throws OtherModelException if another model answered the steps that led to it
   * @see #createVector(VectorRequest, Boolean, String, RequestKey)
   */
  public VectorSession createVector(
      SavedVector saved, @Nullable Boolean record, String client, @Nullable RequestKey key) {
    boolean recorded = recorded(record);
    Require.inRange(VectorRequest.COUNT, saved.request().count(), 1, limits.vectorSize());
    return once(
        VectorSession.class,
        client,
        key,
        () -> List.of("vector state" + asked(record), saved.checksum()),
        digest -> make(saved.request(), saved, new Order(client, key, digest, recorded, log)));
  }

  /**
   * Makes a vector that goes on as that one does, each for itself; its episodes are recorded if
   * that one's are.
   *
   * @throws UnknownSessionException if there is none of that id
   * @see #createVector(VectorRequest, Boolean, String, RequestKey)
   */
  public VectorSession duplicateVector(String id, String client, @Nullable RequestKey key) {
    VectorSession original = getVector(id);
    return once(
        VectorSession.class,
        client,
        key,
        () -> List.of("clone vector", id),
        digest -> {
          SavedVector saved = original.save();
          boolean recorded = original.origin().recorded();
          return make(saved.request(), saved, new Order(client, key, digest, recorded, log));
        });
  }

  /**
   * The live vector of that id, which counts as use of it.
   *
   * @throws UnknownSessionException if there is none
   * @throws UnreadSessionException if another version of the program left it
   */
  public VectorSession getVector(String id) {
    return get(VectorSession.class, id);
  }

  /** How many environments the live vector of that id has; 0 if there is none. */
  public int sizeOfVector(String id) {
    return live.get(id) instanceof VectorSession vector ? vector.description().count() : 0;
  }

  /** Some of the vectors that live, as {@link #page} has it. */
  public Page<VectorSession> pageOfVectors(long after, int most) {
    return page(VectorSession.class, after, most);
  }

  /**
   * Ends a vector. The call that it works on is interrupted, and waited for.
   *
   * @throws UnknownSessionException if there is none of that id
   * @throws UnreadSessionException if another version of the program left it
   * @throws io.splitgym.durability.DurabilityException if that can't be kept; then it lives on, and
   *     only the call that it worked on was interrupted
   */
  public void deleteVector(String id) {
    delete(VectorSession.class, id);
  }

  /**
   * The live environment of that id, which counts as use of it.
   *
   * @throws UnknownSessionException if there is none
   * @throws UnreadSessionException if another version of the program left it
   */
  public Session get(String id) {
    return get(Session.class, id);
  }

  private <S extends KeptSession> S get(Class<S> kind, String id) {
    KeptSession session = live.get(id);
    if (!kind.isInstance(session)) {
      throw absent(id);
    }
    if (endIfExpired(session)) {
      throw new UnknownSessionException(id);
    }
    session.touch();
    return kind.cast(session);
  }

  /** How many live; never waits. */
  public int count() {
    return live.size();
  }

  /** How many calls wait for an earlier one on the same session, over all; never waits itself. */
  public int waiting() {
    return live.values().stream().mapToInt(KeptSession::waiting).sum();
  }

  /** Whether another would find a place, as far as the server goes. */
  public boolean hasRoom() {
    return !closed && places.anyFree();
  }

  /** The backend of the session with that id, if it lives; doesn't count as use of it. */
  public Optional<String> backendOf(String id) {
    return Optional.ofNullable(live.get(id)).map(KeptSession::backend);
  }

  /** All that live, the oldest first. */
  public List<Session> list() {
    expireIdle();
    return list(Session.class);
  }

  private <S extends KeptSession> List<S> list(Class<S> kind) {
    return live.values().stream()
        .filter(kind::isInstance)
        .map(kind::cast)
        .sorted(Comparator.comparingLong(session -> session.origin().order()))
        .toList();
  }

  /**
   * Where some of those that live stand, vectors included, the one that was used last first;
   * doesn't count as use.
   *
   * @param most at most so many
   */
  public List<Standing> lately(int most) {
    record Used(KeptSession session, Duration idle) {}
    return live.values().stream()
        .map(session -> new Used(session, session.idle()))
        .sorted(Comparator.comparing(Used::idle))
        .limit(most)
        .map(used -> used.session().standing())
        .toList();
  }

  /** Where the one of that id stands, if it lives; doesn't count as use. */
  public Optional<Standing> standing(String id) {
    return Optional.ofNullable(live.get(id)).map(KeptSession::standing);
  }

  /**
   * Some of those that live, the oldest first.
   *
   * @param after the place of the last one that was told before, or -1
   * @param most at most so many
   */
  public Page<Session> page(long after, int most) {
    return page(Session.class, after, most);
  }

  /**
   * Some sessions of one kind.
   *
   * @param next the place of the last one, if others follow it
   */
  public record Page<S>(List<S> sessions, OptionalLong next) {}

  private <S extends KeptSession> Page<S> page(Class<S> kind, long after, int most) {
    expireIdle();
    List<S> rest = list(kind).stream().filter(one -> one.origin().order() > after).toList();
    List<S> first = rest.subList(0, Math.min(most, rest.size()));
    return new Page<>(
        first,
        first.size() < rest.size()
            ? OptionalLong.of(first.get(first.size() - 1).origin().order())
            : OptionalLong.empty());
  }

  /**
   * Ends an environment. The call that it works on is interrupted, and waited for.
   *
   * @throws UnknownSessionException if there is none of that id
   * @throws UnreadSessionException if another version of the program left it
   * @throws io.splitgym.durability.DurabilityException if that can't be kept; then it lives on, and
   *     only the call that it worked on was interrupted
   */
  public void delete(String id) {
    delete(Session.class, id);
  }

  private <S extends KeptSession> void delete(Class<S> kind, String id) {
    KeptSession session = live.get(id);
    if (!kind.isInstance(session) || !end(session)) {
      throw absent(id);
    }
  }

  private RuntimeException absent(String id) {
    return unread.containsKey(id)
        ? new UnreadSessionException(id)
        : new UnknownSessionException(id);
  }

  /**
   * Ends those that nothing was asked of for too long. One whose end can't be kept lives on until
   * it can be.
   */
  public void expireIdle() {
    int failed = 0;
    @Nullable DurabilityException last = null;
    for (KeptSession session : live.values()) {
      try {
        endIfExpired(session);
      } catch (DurabilityException e) {
        failed++;
        last = e;
      }
    }
    if (last != null) {
      LOG.error("{} idle sessions live on, since their end can't be kept", failed, last);
    }
  }

  /**
   * Frees all environments, interrupting the calls that they work on; those that are kept can be
   * woken by another process. Once is enough.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (checkpoints != null) {
      checkpoints.close();
    }
    boolean nothingLeft = live.isEmpty() && unread.isEmpty();
    live.values().forEach(this::close);
    if (log != null) {
      close(log, nothingLeft);
    }
    if (recording != null) {
      recording.store().close();
    }
  }

  private static void close(DurableLog log, boolean nothingLeft) {
    if (!nothingLeft) {
      log.close();
      return;
    }
    try {
      log.closeAndRemove();
    } catch (UncheckedIOException e) {
      LOG.warn("what is left of sessions that have ended could not be removed", e);
    }
  }

  /** Where episodes are recorded; null where none can be. */
  public @Nullable EpisodeStore episodes() {
    return recording == null ? null : recording.store();
  }

  private boolean recorded(@Nullable Boolean asked) {
    if (recording == null && Boolean.TRUE.equals(asked)) {
      throw new InvalidValueException(
          "record", asked, "false or left out, since this server keeps nothing");
    }
    return recording != null && (asked == null ? recording.always() : asked);
  }

  /** Part of what a request asked for, if it is in it. */
  private static String asked(@Nullable Boolean record) {
    return record == null ? "" : record ? " recorded" : " unrecorded";
  }

  private void wakeable(Recovered recovered, DurableLog kept) {
    String id = recovered.trail().id().toString();
    try {
      KeptSession session = factory.asleep(recovered, kept);
      places.takeAgain(session.origin().client(), inVectors(session));
      live.put(id, session);
      keys.remember(session);
    } catch (RuntimeException e) {
      // whatever it is that another version wrote: that one, or a later one, can go on with it
      UnreadSession left = new UnreadSession(recovered);
      unread.put(left.id(), left);
      LOG.error(
          "session {} was left by another version of the program, or by a server with other specs:"
              + " it is kept, unread",
          id,
          e);
    }
  }

  private Checkpoints.@Nullable Kept kept(String id) {
    KeptSession session = live.get(id);
    return session == null ? unread.get(id) : session;
  }

  private <S extends KeptSession> S once(
      Class<S> kind,
      String client,
      @Nullable RequestKey key,
      Supplier<Object> request,
      Function<String, S> make) {
    return keys.once(
        kind,
        client,
        key,
        request,
        make,
        session -> live.get(session.id()) != session || endIfExpired(session));
  }

  private boolean endIfExpired(KeptSession session) {
    boolean expired = expired(session);
    if (expired) {
      end(session);
    }
    return expired;
  }

  private Session make(EnvironmentRequest request, @Nullable SavedState saved, Order order) {
    return place(order.client(), 0, () -> factory.make(request, saved, order));
  }

  private VectorSession make(VectorRequest request, @Nullable SavedVector saved, Order order) {
    return place(order.client(), request.count(), () -> factory.make(request, saved, order));
  }

  /** Gives a session that begins its place among those that live. */
  private <S extends KeptSession> S place(String client, int inVectors, Supplier<S> begin) {
    takePlace(client);
    if (!places.takeInVectors(inVectors)) {
      places.free(client);
      throw places.refusalOfVector(nextExpiry());
    }
    boolean placed = false;
    try {
      S session = begin.get();
      live.put(session.id(), session);
      placed = true;
      if (closed) {
        // close() may have looked before this one was there
        close(session);
        throw new UnknownSessionException(session.id());
      }
      return session;
    } finally {
      if (!placed) {
        places.freeInVectors(inVectors);
        places.free(client);
      }
    }
  }

  /** What there is to a request, but for its parameters. */
  private static String text(EnvironmentRequest request) {
    return request.spec() + ' ' + request.backend() + ' ' + request.preset() + ' ' + request.seed();
  }

  private boolean expired(KeptSession session) {
    return session.idle().compareTo(limits.idle()) >= 0;
  }

  /** Whether this call ended it; if its end can't be kept, it lives on. */
  private boolean end(KeptSession session) {
    return session.end() && drop(session);
  }

  private void close(KeptSession session) {
    if (drop(session)) {
      session.close();
    }
  }

  /** Lets go of one, whose place is free then. */
  private boolean drop(KeptSession session) {
    if (!live.remove(session.id(), session)) {
      return false;
    }
    places.free(session.origin().client());
    places.freeInVectors(inVectors(session));
    keys.forget(session);
    return true;
  }

  private static int inVectors(KeptSession session) {
    return session instanceof VectorSession vector ? vector.description().count() : 0;
  }

  private void takePlace(String client) {
    if (places.take(client)) {
      return;
    }
    expireIdle();
    if (!places.take(client)) {
      throw places.refusal(client, nextExpiry());
    }
  }

  /** When the longest idle session would make room, if nothing more is asked of it. */
  private Duration nextExpiry() {
    return live.values().stream()
        .map(session -> limits.idle().minus(session.idle()))
        .min(Comparator.naturalOrder())
        .orElse(limits.idle());
  }
}
