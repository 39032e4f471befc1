package io.splitgym.server.openenv;

import io.splitgym.session.Session;
import io.splitgym.session.UnknownSessionException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;

/**
 * Environments that outlive the request that made them: by the episode_id of a REST client, or by
 * the session_id that JSON-RPC gave out. Each holds one of the server's places and expires as every
 * environment does, so there are never many more names than places. Safe for use by several
 * threads.
 */
final class NamedEnvironments {
  private final Resources resources;
  private final ConcurrentMap<String, ClientEnvironment> byName = new ConcurrentHashMap<>();

  NamedEnvironments(Resources resources) {
    this.resources = resources;
  }

  /** The environment of that name. */
  Optional<ClientEnvironment> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /**
   * The environment of that name.
   *
   * @throws UnknownSessionException if there is none
   */
  ClientEnvironment get(String name) {
    return find(name).orElseThrow(() -> new UnknownSessionException(name));
  }

  /**
   * Resets the environment of that name, which is made if there is none.
   *
   * @param client who asks for it
   * @see ClientEnvironment#reset
   */
  ObservationBody reset(String name, ResetFields fields, String client) {
    ClientEnvironment present = byName.get(name);
    if (present != null) {
      try {
        return present.reset(fields);
      } catch (UnknownSessionException e) {
        // It expired, or was deleted: the name is free.
        byName.remove(name, present);
        present.close();
      } catch (RuntimeException e) {
        if (present.sessionId() == null) {
          // It gave up its place, and another took it.
          byName.remove(name, present);
        }
        throw e;
      }
    }
    ClientEnvironment made = new ClientEnvironment(resources, client);
    ObservationBody body = made.reset(fields);
    ClientEnvironment last = byName.put(name, made);
    if (last != null) {
      last.close();
    }
    return body;
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
    byName.put(name, made);
    return name;
  }

  /** Ends the environment of that name; false if there is none. */
  boolean close(String name) {
    ClientEnvironment gone = byName.remove(name);
    if (gone != null) {
      gone.close();
    }
    return gone != null;
  }

  /** Forgets the names whose environments expired or were deleted. */
  void forgetTheGone() {
    // Asked in this order, so that what is made meanwhile isn't taken for gone.
    Map<String, String> before = new HashMap<>();
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
