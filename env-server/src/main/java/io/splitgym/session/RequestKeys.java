package io.splitgym.session;

import io.splitgym.validation.LimitReachedException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What was made of requests with keys, for as long as it lives: the same request gets the same
 * session, however often it is sent. Safe for use by several threads.
 */
final class RequestKeys {
  /** When to ask again for an environment that is being made: a guess. */
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Duration patience;
  private final ConcurrentMap<String, CompletableFuture<KeptSession>> made =
      new ConcurrentHashMap<>();

  /**
   * @param patience how long to wait for one that is being made
   */
  RequestKeys(Duration patience) {
    this.patience = patience;
  }

  /** Remembers what another process made. */
  void remember(KeptSession session) {
    RequestKey key = session.origin().key();
    if (key != null) {
      made.put(name(session.origin().client(), key), CompletableFuture.completedFuture(session));
    }
  }

  /** Forgets one that has ended. */
  void forget(KeptSession session) {
    RequestKey key = session.origin().key();
    if (key == null) {
      return;
    }
    String name = name(session.origin().client(), key);
    CompletableFuture<KeptSession> known = made.get(name);
    // another may have been made under the key since
    if (known != null && known.isDone() && known.getNow(session) == session) {
      made.remove(name, known);
    }
  }

  /**
   * Makes a session, unless one was made of the same request.
   *
   * @param kind of sessions that such a request makes
   * @param key null makes one in any case
   * @param request all that it asks for
   * @param make makes one, given a digest of that; empty without a key
   * @param ended whether one that is there has ended after all
   * @throws RequestKeyReusedException if the key came with another request before
   * @throws LimitReachedException if it is still being made
   */
  <S extends KeptSession> S once(
      Class<S> kind,
      String client,
      @Nullable RequestKey key,
      Supplier<Object> request,
      Function<String, S> make,
      Predicate<KeptSession> ended) {
    if (key == null) {
      return make.apply("");
    }
    String name = name(client, key);
    String digest = SavedState.digest(request.get());
    CompletableFuture<KeptSession> mine = new CompletableFuture<>();
    for (CompletableFuture<KeptSession> earlier = made.putIfAbsent(name, mine);
        earlier != null;
        earlier = made.putIfAbsent(name, mine)) {
      KeptSession session = madeEarlier(earlier);
      if (!session.origin().digest().equals(digest)) {
        throw new RequestKeyReusedException(key);
      }
      if (!ended.test(session)) {
        session.touch();
        // the digest is that of a request for this kind
        return kind.cast(session);
      }
      made.remove(name, earlier);
    }
    try {
      S session = make.apply(digest);
      mine.complete(session);
      return session;
    } catch (RuntimeException | Error e) {
      made.remove(name, mine);
      mine.completeExceptionally(e);
      throw e;
    }
  }

  /** Waits while it is being made, as by the same request over a connection that broke. */
  private KeptSession madeEarlier(CompletableFuture<KeptSession> earlier) {
    try {
      return earlier.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw stillMade();
    } catch (TimeoutException e) {
      throw stillMade();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException("the same request failed", e);
    }
  }

  private static LimitReachedException stillMade() {
    return new LimitReachedException(
        "the environment that this Idempotency-Key stands for is still being made",
        "requests with one key",
        "one at a time",
        RETRY);
  }

  /** Another client's request is another request, whatever they call it. */
  private static String name(String client, RequestKey key) {
    return client + ' ' + key.text();
  }
}
