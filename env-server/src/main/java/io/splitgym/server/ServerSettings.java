package io.splitgym.server;

import io.splitgym.server.operation.RequestLimits;
import io.splitgym.server.websocket.SocketLimits;
import io.splitgym.session.SessionLimits;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a server is started.
 *
 * @param host the name or address to listen on; other than loopback needs a token
 * @param port to listen on; 0 picks a free one
 * @param token what callers must send, or null; visible ASCII
 * @param origins of web pages from elsewhere that may use the server, such as {@code
 *     https://lab.example}; none by default
 * @param sessions how many environments, and for how long
 * @param requests what one request may ask for
 * @param sockets what one WebSocket may do
 * @param connections how many there may be, and how slow
 * @param watchers at most so many read the events at /v1/live at once
 * @param threads the most requests worked on at once, at least 8
 * @param silence a connection on which nothing moves for so long is closed; a request's body may
 *     take no longer as a whole
 * @param grace how long a stop waits for what is in flight before it cancels it
 * @param openEnvAtRoot whether OpenEnv's routes are at the root instead of /openenv
 */
public record ServerSettings(
    String host,
    int port,
    @Nullable String token,
    Set<String> origins,
    SessionLimits sessions,
    RequestLimits requests,
    SocketLimits sockets,
    ConnectionLimits connections,
    int watchers,
    int threads,
    Duration silence,
    Duration grace,
    boolean openEnvAtRoot) {
  public static final String LOOPBACK = "127.0.0.1";
  public static final int DEFAULT_PORT = 8642;

  private static final int DEFAULT_WATCHERS = 64;
  private static final int DEFAULT_THREADS = 64;

  /** Fewer would leave Jetty none to work with, after those that it keeps for itself. */
  static final int LEAST_THREADS = 8;

  private static final int GREATEST_PORT = 65_535;

  public ServerSettings {
    Require.inRange("port", port, 0, GREATEST_PORT);
    origins = Set.copyOf(origins);
    for (String origin : origins) {
      if (!origin.matches("https?://[^/\\s]+")) {
        throw new InvalidValueException(
            "origin", origin, "like https://lab.example, without a path");
      }
    }
    Require.positive("max-watchers", watchers);
    Require.inRange("threads", threads, LEAST_THREADS, Integer.MAX_VALUE);
    if (token != null && (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 0x7f))) {
      // the token itself stays out of messages, which end in logs
      throw new InvalidValueException("token", "(hidden)", "visible ASCII, at least one character");
    }
    if (token == null && !isLoopback(host)) {
      throw new InvalidValueException(
          "host", host, "a loopback address, or come with a token that callers must send");
    }
  }

  /** On loopback, without a token, with the default limits. */
  public static ServerSettings onLoopback(int port) {
    return of(LOOPBACK, port, null, SessionLimits.DEFAULT);
  }

  /** With the default limits on requests and connections. */
  public static ServerSettings of(
      String host, int port, @Nullable String token, SessionLimits sessions) {
    return new ServerSettings(
        host,
        port,
        token,
        Set.of(),
        sessions,
        RequestLimits.DEFAULT,
        SocketLimits.DEFAULT,
        ConnectionLimits.DEFAULT,
        DEFAULT_WATCHERS,
        DEFAULT_THREADS,
        Duration.ofSeconds(60),
        Duration.ofSeconds(10),
        false);
  }

  /** The same, with OpenEnv's routes at the root or not. */
  public ServerSettings withOpenEnvAtRoot(boolean atRoot) {
    return new ServerSettings(
        host,
        port,
        token,
        origins,
        sessions,
        requests,
        sockets,
        connections,
        watchers,
        threads,
        silence,
        grace,
        atRoot);
  }

  /** The most bytes that any route takes: the state of the largest vector there may be. */
  int mostBodyBytes() {
    return requests.bytesFor(2 * sessions.vectorSize());
  }

  /** Whether only this machine can reach it. */
  boolean onLoopback() {
    return isLoopback(host);
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new InvalidValueException("host", host, "a name or an address of this machine");
    }
  }
}
