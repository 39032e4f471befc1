package io.splitgym.server.metrics;

import io.javalin.config.RoutesConfig;
import io.javalin.http.HandlerType;
import io.javalin.router.Endpoint;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.LlmUse;
import io.splitgym.server.operation.Stopping;
import io.splitgym.server.problem.ProblemException;
import io.splitgym.server.wire.Encoding;
import io.splitgym.session.Sessions;
import java.util.Map;
import java.util.TreeMap;

/**
 * /metrics and /ready. Ready is a server that would take another environment: it isn't stopping,
 * and not full. An LLM is loaded when the first environment asks for it, and whether one is there
 * says nothing about the rest, so it plays no part.
 */
public final class WatchRoutes {
  private final Metrics metrics;
  private final EnvironmentRegistry registry;
  private final Sessions sessions;
  private final Stopping stopping;

  public WatchRoutes(
      Metrics metrics, EnvironmentRegistry registry, Sessions sessions, Stopping stopping) {
    this.metrics = metrics;
    this.registry = registry;
    this.sessions = sessions;
    this.stopping = stopping;
  }

  /** Adds them. */
  public void addTo(RoutesConfig routes) {
    routes.addEndpoint(
        new Endpoint(
            HandlerType.GET,
            "/metrics",
            ctx ->
                ctx.contentType("text/plain; version=0.0.4; charset=utf-8")
                    .result(metrics.text())));
    routes.addEndpoint(
        new Endpoint(
            HandlerType.GET,
            "/ready",
            ctx -> {
              stopping.requireGoingOn();
              if (!sessions.hasRoom()) {
                throw ProblemException.notReady();
              }
              Map<String, String> llms = new TreeMap<>();
              registry
                  .llmUse()
                  .models()
                  .forEach((name, presence) -> llms.put(name, word(presence)));
              ctx.contentType("application/json")
                  .result(Encoding.JSON.bytes(Map.of("status", "ready", "llms", llms)));
            }));
  }

  private static String word(LlmUse.Presence presence) {
    return switch (presence) {
      case LOADING -> "loading";
      case LOADED -> "loaded";
    };
  }
}
