package io.splitgym.server;

import io.javalin.Javalin;
import io.javalin.http.HandlerType;
import io.javalin.router.Endpoint;
import io.javalin.util.JavalinException;
import io.splitgym.server.exchange.Allowance;
import io.splitgym.server.operation.Stopping;
import io.splitgym.server.websocket.EmptySockets;
import org.eclipse.jetty.server.handler.GracefulHandler;

/**
 * What a {@link GymServer} would be if it did nothing: the same Jetty with the same settings and
 * gate, a route whose handler is empty, and a WebSocket that answers as many bytes as it is told
 * to. Benchmarks hold the server against it.
 */
public final class EmptyServer implements AutoCloseable {
  /** POST there does nothing. */
  public static final String PATH = "/v1/empty";

  private final Javalin javalin;

  private EmptyServer(Javalin javalin) {
    this.javalin = javalin;
  }

  /**
   * Starts one; it answers when this returns.
   *
   * @throws JavalinException if it can't listen where it should
   */
  public static EmptyServer start(ServerSettings settings) {
    Javalin javalin =
        Javalin.create(
            config -> {
              JettySetup.apply(
                  config,
                  settings,
                  JettySetup.gate(settings, new Stopping()),
                  new Allowance(settings.connections().waitingBytes()),
                  new GracefulHandler(),
                  EmptySockets.handler(),
                  null);
              config.routes.addEndpoint(new Endpoint(HandlerType.POST, PATH, ctx -> {}));
            });
    return new EmptyServer(javalin.start());
  }

  /** Where it listens. */
  public int port() {
    return javalin.port();
  }

  @Override
  public void close() {
    javalin.stop();
  }
}
