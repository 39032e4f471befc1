package io.splitgym.server.websocket;

import io.splitgym.server.operation.Operation;
import io.splitgym.server.operation.RequestLimits;
import io.splitgym.server.operation.Workers;
import io.splitgym.server.problem.Problem;
import io.splitgym.server.problem.ProblemException;
import io.splitgym.server.rest.Gate;
import io.splitgym.server.wire.Encoding;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.Configuration;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.server.ServerUpgradeRequest;
import org.eclipse.jetty.websocket.core.server.ServerUpgradeResponse;
import org.eclipse.jetty.websocket.core.server.WebSocketNegotiator;
import org.eclipse.jetty.websocket.core.server.WebSocketUpgradeHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The WebSockets of a server. They sit on Jetty's frames, below its session API: that one turns
 * each message into a text and back, and reads on while a client doesn't.
 */
public final class Sockets implements AutoCloseable {
  /** Where they are opened. */
  public static final String PATH = "/v1/ws";

  private static final Logger LOG = LoggerFactory.getLogger(Sockets.class);
  private static final String STOPPING = "the server is stopping";
  private static final int TICKS_A_PING = 4;
  private static final int LONGEST_TICK_MILLISECONDS = 1_000;

  private final Dispatcher dispatcher;
  private final Duration silence;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService clock;

  /**
   * @param operations what messages can ask for
   * @param handshake what a hello is answered with
   * @param vectorSize the most environments that one message can concern
   * @param silence how long answers may wait for a client to read them
   */
  public Sockets(
      List<Operation> operations,
      Supplier<Object> handshake,
      Workers workers,
      Gate gate,
      RequestLimits requests,
      SocketLimits limits,
      int vectorSize,
      Duration silence) {
    this.dispatcher =
        Dispatcher.of(operations, handshake, workers, gate, requests, limits, vectorSize);
    this.silence = silence;
    this.clock =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "websocket clock");
              thread.setDaemon(true);
              return thread;
            });
    long tick =
        Math.max(1, Math.min(LONGEST_TICK_MILLISECONDS, limits.ping().toMillis() / TICKS_A_PING));
    var unused = clock.scheduleWithFixedDelay(this::tick, tick, tick, TimeUnit.MILLISECONDS);
  }

  /** What takes the requests for a WebSocket out of the server's line of handlers. */
  public Handler.Wrapper handler() {
    return upgrading(new Negotiator());
  }

  static Handler.Wrapper upgrading(WebSocketNegotiator negotiator) {
    WebSocketUpgradeHandler handler = new WebSocketUpgradeHandler();
    handler.addMapping(PATH, negotiator);
    // it comes with an end of the line of its own, but stands in the middle of one
    handler.setHandler((Handler) null);
    return handler;
  }

  /** Reads no more messages; each socket closes once those that were read are answered. */
  public void finish() {
    open.forEach(socket -> socket.closeOnceAnswered(CloseCode.GOING_AWAY, STOPPING));
  }

  /** Whether every socket is closed. */
  public boolean finished() {
    return open.isEmpty();
  }

  /** Closes every socket, answered or not. */
  @Override
  public void close() {
    open.forEach(socket -> socket.close(CloseCode.GOING_AWAY, STOPPING));
    clock.shutdownNow();
  }

  static void customize(Configuration configuration) {
    configuration.setIdleTimeout(Duration.ZERO);
    // pieces come as they are read; how long a message may be is for the socket to say
    configuration.setAutoFragment(true);
    configuration.setMaxFrameSize(0);
  }

  /** A failure with one socket must not stop the clock for all. */
  private void tick() {
    for (Socket socket : open) {
      try {
        socket.tick(silence);
      } catch (RuntimeException e) {
        LOG.error("a socket could not be looked after", e);
      }
    }
  }

  private static String client(Request request) {
    return Request.getRemoteAddr(request);
  }

  private static void refuse(Response response, Callback callback, Problem problem) {
    response.setStatus(problem.body().status());
    problem.headers().forEach(response.getHeaders()::put);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, Encoding.JSON.problemType());
    response.write(true, ByteBuffer.wrap(Encoding.JSON.bytes(problem.body())), callback);
  }

  /** Who may open one. */
  private final class Negotiator implements WebSocketNegotiator {
    @Override
    public @Nullable FrameHandler negotiate(
        ServerUpgradeRequest request, ServerUpgradeResponse response, Callback callback) {
      Gate gate = dispatcher.gate();
      boolean admitted = !gate.isGuarded();
      try {
        gate.requireOwn(
            request.getHeaders().get(HttpHeader.HOST), request.getHeaders().get(HttpHeader.ORIGIN));
        String authorization = request.getHeaders().get(HttpHeader.AUTHORIZATION);
        if (!admitted && authorization != null) {
          gate.requireToken(authorization);
          admitted = true;
        }
        gate.requireGoingOn();
      } catch (ProblemException e) {
        refuse(response, callback, e.problem());
        return null;
      }
      // compressed frames would cost more than they save, and can hide a flood
      response.setExtensions(List.of());
      return new Socket(dispatcher, client(request), admitted, open);
    }

    @Override
    public void customize(Configuration configuration) {
      Sockets.customize(configuration);
    }
  }
}
