package io.splitgym.session;

import io.splitgym.validation.LimitReachedException;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** How many sessions there may be, and how many there are. Safe for use by several threads. */
final class Places {
  private final SessionLimits limits;
  private final AtomicInteger taken = new AtomicInteger();
  private final AtomicLong inVectors = new AtomicLong();
  private final ConcurrentMap<String, Integer> ofClients = new ConcurrentHashMap<>();

  Places(SessionLimits limits) {
    this.limits = limits;
  }

  /** Whether there is one, whoever asks. */
  boolean anyFree() {
    return taken.get() < limits.sessions();
  }

  /** Takes one for a client; whether there was one. */
  boolean take(String client) {
    if (taken.incrementAndGet() > limits.sessions()) {
      taken.decrementAndGet();
      return false;
    }
    if (ofClients.merge(client, 1, Integer::sum) > limits.sessionsOfOneClient()) {
      free(client);
      return false;
    }
    return true;
  }

  /** Takes one for a session that was there before, though there be too many. */
  void takeAgain(String client, int environments) {
    taken.incrementAndGet();
    ofClients.merge(client, 1, Integer::sum);
    inVectors.addAndGet(environments);
  }

  void free(String client) {
    ofClients.computeIfPresent(client, (name, count) -> count > 1 ? count - 1 : null);
    taken.decrementAndGet();
  }

  /** Why there was none for that client. */
  LimitReachedException refusal(String client, Duration retry) {
    boolean ofClient = ofClients.getOrDefault(client, 0) >= limits.sessionsOfOneClient();
    return new LimitReachedException(
        ofClient
            ? "this client has as many environments as it may; delete one that is no longer needed"
            : "this server holds as many environments as it may; delete one that is no longer"
                + " needed",
        ofClient ? "sessions of one client" : "sessions",
        "at most " + (ofClient ? limits.sessionsOfOneClient() : limits.sessions()),
        retry);
  }

  /** Takes them for the environments of a vector; whether there were as many. */
  boolean takeInVectors(int environments) {
    if (inVectors.addAndGet(environments) > limits.vectorEnvironments()) {
      freeInVectors(environments);
      return false;
    }
    return true;
  }

  void freeInVectors(int environments) {
    inVectors.addAndGet(-environments);
  }

  /** Why there weren't as many. */
  LimitReachedException refusalOfVector(Duration retry) {
    return new LimitReachedException(
        "this server holds as many environments in vectors as it may; delete a vector that is no"
            + " longer needed",
        "environments in vectors",
        "at most " + limits.vectorEnvironments(),
        retry);
  }
}
