package io.splitgym.server.rest;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.splitgym.server.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may come in. Where a token is set, whoever has it; on loopback, whoever calls the server by
 * its own name: a web page that has its name resolved to this machine (DNS rebinding) doesn't.
 */
public final class Gate implements Handler {
  private static final String BEARER = "bearer ";

  /** What a liveness probe may ask without a token. */
  private static final String OPEN_PATH = "/health";

  private final byte @Nullable [] token;
  private final @Nullable Set<String> hosts;

  /**
   * @param token what callers must know, or null
   * @param hosts the names that the Host header may hold, without ports; null allows all
   */
  public Gate(@Nullable String token, @Nullable Set<String> hosts) {
    this.token = token == null ? null : token.getBytes(StandardCharsets.UTF_8);
    this.hosts = hosts == null ? null : Set.copyOf(hosts);
  }

  @Override
  public void handle(Context ctx) {
    if (hosts != null) {
      requireHost(ctx, hosts);
    }
    if (token != null && !ctx.path().equals(OPEN_PATH)) {
      requireToken(ctx, token);
    }
  }

  private static void requireHost(Context ctx, Set<String> hosts) {
    String header = ctx.header("Host");
    if (header != null && !hosts.contains(withoutPort(header))) {
      throw ProblemException.hostNotAllowed(header);
    }
  }

  private static void requireToken(Context ctx, byte[] token) {
    String header = ctx.header("Authorization");
    if (header == null
        || !header.regionMatches(true, 0, BEARER, 0, BEARER.length())
        || !MessageDigest.isEqual(
            token, header.substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8))) {
      throw ProblemException.unauthorized();
    }
  }

  private static String withoutPort(String header) {
    String host = header.strip().toLowerCase(Locale.ROOT);
    int end = host.startsWith("[") ? host.indexOf(']') + 1 : host.indexOf(':');
    return end <= 0 ? host : host.substring(0, end);
  }
}
