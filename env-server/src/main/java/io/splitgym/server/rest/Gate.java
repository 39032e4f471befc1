package io.splitgym.server.rest;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.splitgym.server.operation.Stopping;
import io.splitgym.server.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may come in, and until when.
 *
 * <ul>
 *   <li>Where a token is set, whoever has it.
 *   <li>On loopback, whoever calls the server by its own name: a web page that has its name
 *       resolved to this machine (DNS rebinding) doesn't.
 *   <li>A web page only of this server's own origin, or of one that it was told of. Browsers send
 *       some requests, and open WebSockets, for any page; they always tell for which.
 *   <li>Once the server is stopping, whoever only looks.
 * </ul>
 */
public final class Gate implements Handler {
  private static final String BEARER = "bearer ";

  /** What a liveness probe or a browser may ask without a token: nothing there is a secret. */
  private static final Set<String> OPEN_PATHS =
      Set.of(
          "/",
          "/health",
          "/ready",
          "/openapi.yaml",
          "/openapi.json",
          "/docs",
          "/openenv/health",
          "/openenv/openapi.json");

  private static final List<String> OPEN_FOLDERS = List.of("/docs/", "/page/");
  private static final String METHODS = "GET, POST, PUT, DELETE";
  private static final String REQUEST_HEADERS =
      "Accept, Authorization, Content-Type, Idempotency-Key, X-Request-Id";
  private static final String ANSWER_HEADERS = "Location, Retry-After, X-Request-Id";

  private final byte @Nullable [] token;
  private final @Nullable Set<String> hosts;
  private final Set<String> origins;
  private final Stopping stopping;

  /**
   * @param token what callers must know, or null
   * @param hosts the names that the Host header may hold, without ports; null allows all
   * @param origins of pages from elsewhere that may ask
   * @param stopping whether nothing new is taken any more
   */
  public Gate(
      @Nullable String token, @Nullable Set<String> hosts, Set<String> origins, Stopping stopping) {
    this.token = token == null ? null : token.getBytes(StandardCharsets.UTF_8);
    this.hosts = hosts == null ? null : Set.copyOf(hosts);
    this.origins = Set.copyOf(origins);
    this.stopping = stopping;
  }

  @Override
  public void handle(Context ctx) {
    ctx.header("X-Content-Type-Options", "nosniff");
    RequestId.echo(ctx);
    String origin = ctx.header("Origin");
    requireOwn(ctx.header("Host"), origin);
    if (origin != null && origins.contains(origin)) {
      ctx.header("Access-Control-Allow-Origin", origin)
          .header("Access-Control-Expose-Headers", ANSWER_HEADERS)
          .header("Vary", "Origin");
      if (ctx.method() == HandlerType.OPTIONS
          && ctx.header("Access-Control-Request-Method") != null) {
        ctx.header("Access-Control-Allow-Methods", METHODS)
            .header("Access-Control-Allow-Headers", REQUEST_HEADERS)
            .status(204)
            .skipRemainingHandlers();
        return;
      }
    }
    String path = ctx.path();
    if (!OPEN_PATHS.contains(path) && OPEN_FOLDERS.stream().noneMatch(path::startsWith)) {
      requireToken(ctx.header("Authorization"));
    }
    if (stopping.begun() && ctx.method() != HandlerType.GET) {
      throw ProblemException.stopping();
    }
  }

  /**
   * Turns away who came by another's name, or for a page of another origin.
   *
   * @param host the header, or null
   * @param origin the header, or null as it is outside of browsers
   */
  public void requireOwn(@Nullable String host, @Nullable String origin) {
    if (hosts != null && host != null && !hosts.contains(withoutPort(host))) {
      throw ProblemException.hostNotAllowed(host);
    }
    if (origin != null && !origins.contains(origin) && !isOwn(origin, host)) {
      throw ProblemException.originNotAllowed(origin);
    }
  }

  /** Turns away who wants to begin something while the server is stopping. */
  public void requireGoingOn() {
    stopping.requireGoingOn();
  }

  /** Turns away who doesn't send the token, where there is one. */
  public void requireToken(@Nullable String authorization) {
    if (!admits(authorization)) {
      throw ProblemException.unauthorized();
    }
  }

  /** Whether this is the token, or there is none. */
  public boolean admits(@Nullable String authorization) {
    return token == null
        || (authorization != null
            && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
            && isToken(authorization.substring(BEARER.length()).strip()));
  }

  /** Whether callers must know a token. */
  public boolean isGuarded() {
    return token != null;
  }

  /** Compares in a time that doesn't depend on where the two differ. */
  public boolean isToken(String candidate) {
    return token == null
        || MessageDigest.isEqual(token, candidate.getBytes(StandardCharsets.UTF_8));
  }

  private static boolean isOwn(String origin, @Nullable String host) {
    int scheme = origin.indexOf("://");
    return host != null
        && scheme > 0
        && origin.substring(scheme + 3).equalsIgnoreCase(host.strip());
  }

  private static String withoutPort(String header) {
    String host = header.strip().toLowerCase(Locale.ROOT);
    int end = host.startsWith("[") ? host.indexOf(']') + 1 : host.indexOf(':');
    return end <= 0 ? host : host.substring(0, end);
  }
}
