package io.splitgym.server.openenv;

import io.splitgym.server.operation.Workers;
import io.splitgym.session.Session;
import io.splitgym.session.UnknownSessionException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Environments that outlive the request that made them: by the episode_id of a REST client, or by
 * the session_id that JSON-RPC gave out. A name that a client chose is that client's own: another's
 * same name is another environment. One that was given out can't be guessed, and is good for
 * whoever knows it. Each holds one of the server's places and expires as every environment does, so
 * there are never many more names than places. Safe for use by several threads.
 */
final class NamedEnvironments {
  private final Resources resources;
  private final ConcurrentMap<Key, ClientEnvironment> byName = new ConcurrentHashMap<>();

  /**
   * What an environment is found by.
   *
   * @param client whose name it is; null for one that was given out
   */
  private record Key(@Nullable String client, String name) {}

  NamedEnvironments(Resources resources) {
    this.resources = resources;
  }

  /**
   * The environment of that name.
   *
   * @param client who asks
   */
  Optional<ClientEnvironment> find(String name, String client) {
    return Optional.ofNullable(byName.get(key(name, client)));
  }

  /**
   * The environment of that name.
   *
   * @param client who asks
   * @throws UnknownSessionException if there is none
   */
  ClientEnvironment get(String name, String client) {
    return find(name, client).orElseThrow(() -> new UnknownSessionException(name));
  }

  /**
   * Resets the environment of that name, which is made if there is none.
   *
   * @param client who asks for it
   * @see ClientEnvironment#reset
   */
  CompletableFuture<ObservationBody> reset(String name, ResetFields fields, String client) {
    Key key = key(name, client);
    ClientEnvironment present = byName.get(key);
    if (present == null) {
      return start(key, fields, client);
    }
    return present
        .reset(fields)
        .handle(
            (body, failure) ->
                failure == null
                    ? CompletableFuture.completedFuture(body)
                    : startInPlaceOf(present, key, fields, client, Workers.asUnchecked(failure)))
        .thenCompose(Function.identity());
  }

  private CompletableFuture<ObservationBody> startInPlaceOf(
      ClientEnvironment present,
      Key key,
      ResetFields fields,
      String client,
      RuntimeException failure) {
    if (failure instanceof UnknownSessionException) {
      // It expired, or was deleted: the name is free.
      byName.remove(key, present);
      present.close();
      return start(key, fields, client);
    }
    if (present.sessionId() == null) {
      // It gave up its place, and another took it.
      byName.remove(key, present);
    }
    return CompletableFuture.failedFuture(failure);
  }

  private CompletableFuture<ObservationBody> start(Key key, ResetFields fields, String client) {
    ClientEnvironment made = new ClientEnvironment(resources, client);
    return made.reset(fields)
        .thenApply(
            body -> {
              ClientEnvironment last = byName.put(key, made);
              if (last != null) {
                last.close();
              }
              return body;
            });
  }

  private Key key(String name, String client) {
    Key givenOut = new Key(null, name);
    return byName.containsKey(givenOut) ? givenOut : new Key(client, name);
  }

  /**
   * Makes an environment under a name that can't be guessed.
   *
   * @param client who asks for it
   * @return the name
   */
  String create(String client) {
    ClientEnvironment made = new ClientEnvironment(resources, client);
    made.open();
    String name = UUID.randomUUID().toString();
    byName.put(new Key(null, name), made);
    return name;
  }

  /**
   * Ends the environment of that name; false if there is none.
   *
   * @param client who asks
   */
  boolean close(String name, String client) {
    ClientEnvironment gone = byName.remove(key(name, client));
    if (gone != null) {
      gone.close();
    }
    return gone != null;
  }

  /** Forgets the names whose environments expired or were deleted. */
  void forgetTheGone() {
    // Asked in this order, so that what is made meanwhile isn't taken for gone.
    Map<Key, String> before = new HashMap<>();
    byName.forEach(
        (name, environment) -> {
          String id = environment.sessionId();
          if (id != null) {
            before.put(name, id);
          }
        });
    Set<String> live =
        resources.sessions().list().stream().map(Session::id).collect(Collectors.toSet());
    before.forEach(
        (name, id) -> {
          ClientEnvironment environment = byName.get(name);
          if (!live.contains(id) && environment != null && id.equals(environment.sessionId())) {
            byName.remove(name, environment);
          }
        });
  }
}
