package io.splitgym.server;

import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.HandlerType;
import io.javalin.router.Endpoint;
import io.splitgym.server.exchange.Allowance;
import io.splitgym.server.exchange.ReleasedAnswers;
import io.splitgym.server.exchange.WholeBodies;
import io.splitgym.server.operation.Stopping;
import io.splitgym.server.rest.Gate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.eclipse.jetty.ee10.servlet.SessionHandler;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.session.NullSessionCache;
import org.eclipse.jetty.session.NullSessionDataStore;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/** What carries the handlers, whichever they are: Jetty, its threads and limits, and the gate. */
final class JettySetup {
  private static final int THREAD_IDLE_MILLISECONDS = 60_000;

  /** What Jetty gets to end when all work is done or given up. */
  private static final Duration LAST_MOMENT = Duration.ofSeconds(5);

  /** Connections that are still open then have nothing to say any more. */
  private static final Duration SILENCE_AT_STOP = Duration.ofMillis(100);

  private JettySetup() {}

  /**
   * @param allowance for what waits for clients
   * @param requests counts those in flight
   * @param sockets takes the requests for a WebSocket out of the line of handlers
   * @param listening a channel that has its port already, or null
   */
  static void apply(
      JavalinConfig config,
      ServerSettings settings,
      Gate gate,
      Allowance allowance,
      GracefulHandler requests,
      Handler.Wrapper sockets,
      @Nullable ServerSocketChannel listening) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.http.prefer405over404 = true;
    config.http.compressionStrategy = CompressionStrategy.NONE;
    config.jetty.threadPool = threads(settings);
    JettyProblems problems = new JettyProblems(settings.connections().headerBytes());
    config.jetty.modifyServer(
        server -> {
          server.insertHandler(
              new WholeBodies(
                  settings.mostBodyBytes(), settings.silence(), allowance, admittedBy(gate)));
          server.insertHandler(new ReleasedAnswers(settings.silence(), allowance));
          server.insertHandler(sockets);
          server.insertHandler(requests);
          server.setStopTimeout(LAST_MOMENT.toMillis());
          server.setErrorHandler(problems);
        });
    config.jetty.modifyServletContextHandler(
        context -> {
          context.setErrorHandler(problems);
          withoutHttpSessions(context.getSessionHandler());
        });
    config.jetty.modifyHttpConfiguration(
        http -> {
          http.setSendServerVersion(false);
          http.setRequestHeaderSize(settings.connections().headerBytes());
        });
    config.jetty.addConnector((server, http) -> connector(server, http, settings, listening));
    config.routes.addEndpoint(new Endpoint(HandlerType.BEFORE, "*", gate));
  }

  /** Strangers are refused in a moment, and get no memory until then. */
  private static Predicate<Request> admittedBy(Gate gate) {
    return request -> gate.admits(request.getHeaders().get(HttpHeader.AUTHORIZATION));
  }

  /** Who may come in to a server with these settings. */
  static Gate gate(ServerSettings settings, Stopping stopping) {
    return new Gate(
        settings.token(),
        settings.onLoopback() ? ownNames(settings.host()) : null,
        settings.origins(),
        stopping);
  }

  private static Set<String> ownNames(String host) {
    Set<String> names = new TreeSet<>(Set.of("localhost", "127.0.0.1", "[::1]"));
    names.add(host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host);
    names.add(InetAddress.getLoopbackAddress().getHostAddress());
    return names;
  }

  /** Opening a WebSocket makes Javalin ask for one; it is neither sent as a cookie nor kept. */
  private static void withoutHttpSessions(SessionHandler handler) {
    handler.setUsingCookies(false);
    handler.setSessionCache(new NullSessionCache(handler));
    handler.getSessionCache().setSessionDataStore(new NullSessionDataStore());
  }

  /**
   * The pool's queue needs no bound of its own: a connection has at most one request waiting, and
   * connections are limited.
   */
  private static QueuedThreadPool threads(ServerSettings settings) {
    QueuedThreadPool pool =
        new QueuedThreadPool(
            settings.threads(), ServerSettings.LEAST_THREADS, THREAD_IDLE_MILLISECONDS);
    pool.setName("http");
    return pool;
  }

  private static ServerConnector connector(
      Server server,
      HttpConfiguration http,
      ServerSettings settings,
      @Nullable ServerSocketChannel listening) {
    ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setHost(settings.host());
    connector.setPort(settings.port());
    if (listening != null) {
      try {
        connector.open(listening);
      } catch (IOException e) {
        throw new UncheckedIOException("a port that was just taken is lost", e);
      }
    }
    connector.setIdleTimeout(settings.silence().toMillis());
    connector.setShutdownIdleTimeout(SILENCE_AT_STOP.toMillis());
    connector.addBean(new Doorkeeper(settings.connections()));
    server.addBean(new NetworkConnectionLimit(settings.connections().all(), connector));
    return connector;
  }
}
