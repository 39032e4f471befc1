package io.splitgym.server;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.HandlerType;
import io.javalin.http.MethodNotAllowedResponse;
import io.javalin.http.NotFoundResponse;
import io.javalin.router.Endpoint;
import io.javalin.util.JavalinBindException;
import io.javalin.util.JavalinException;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.server.problem.ProblemException;
import io.splitgym.server.problem.Problems;
import io.splitgym.server.rest.Gate;
import io.splitgym.server.rest.Routes;
import io.splitgym.server.wire.OpenApiDocument;
import io.splitgym.session.Sessions;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The environment server: environments over HTTP, as openapi.yaml has it. */
public final class GymServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GymServer.class);

  private static final int CONNECTIONS = 4_096;
  private static final int THREAD_IDLE_MILLISECONDS = 60_000;
  private static final int SWEEPS_AN_IDLE_TIME = 10;

  /** What cancelled steps get to end and to tell their callers. */
  private static final Duration AFTER_GRACE = Duration.ofSeconds(5);

  private final Javalin javalin;
  private final Sessions sessions;
  private final ScheduledExecutorService sweeper;
  private final ServerSettings settings;

  private GymServer(
      Javalin javalin,
      Sessions sessions,
      ScheduledExecutorService sweeper,
      ServerSettings settings) {
    this.javalin = javalin;
    this.sessions = sessions;
    this.sweeper = sweeper;
    this.settings = settings;
  }

  /**
   * Starts a server; it answers when this returns.
   *
   * @throws IOException if it can't listen where it should
   */
  public static GymServer start(ServerSettings settings, EnvironmentRegistry registry)
      throws IOException {
    Sessions sessions = new Sessions(registry, settings.sessions(), System::nanoTime);
    Routes routes =
        new Routes(
            registry,
            sessions,
            OpenApiDocument.load(),
            settings.bodyLimit(),
            settings.silence(),
            version());
    Javalin javalin = Javalin.create(config -> configure(config, settings, routes));
    try {
      javalin.start();
    } catch (JavalinBindException e) {
      sessions.close();
      BindException bind =
          new BindException(
              "port "
                  + settings.port()
                  + " of "
                  + settings.host()
                  + " can't be listened on (is it taken?); port 0 picks a free one");
      bind.initCause(e);
      throw bind;
    }
    return new GymServer(javalin, sessions, sweeper(sessions, settings), settings);
  }

  /** The version that the build wrote into the jar. */
  private static String version() {
    String version = GymServer.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }

  /** Where it listens. */
  public int port() {
    return javalin.port();
  }

  /** What a client on this machine calls it by, such as {@code http://127.0.0.1:8642}. */
  public URI address() {
    String host = settings.host();
    String name = host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
    return URI.create("http://" + name + ":" + port());
  }

  /** The routes that are really served, each as "METHOD path". */
  Set<String> routes() {
    return javalin.unsafe.internalRouter.allHttpHandlers().stream()
        .map(parsed -> parsed.endpoint)
        .filter(endpoint -> endpoint.method.isHttpMethod())
        .map(endpoint -> endpoint.method.name() + " " + endpoint.path)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * Takes no more requests, finishes those in flight within the grace that the settings give them,
   * cancels the others, and ends every environment.
   */
  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // what fails there is tried again below
  public void close() {
    sweeper.schedule(sessions::close, settings.grace().toMillis(), TimeUnit.MILLISECONDS);
    try {
      javalin.stop();
    } catch (JavalinException e) {
      LOG.warn("some requests could neither be finished nor cancelled in time", e);
    } finally {
      sweeper.shutdownNow();
      sessions.close();
    }
    LOG.info("stopped");
  }

  private static void configure(JavalinConfig config, ServerSettings settings, Routes routes) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.http.prefer405over404 = true;
    config.http.compressionStrategy = CompressionStrategy.NONE;
    config.jetty.threadPool = threads(settings);
    config.jetty.modifyServer(
        server -> {
          server.insertHandler(new GracefulHandler());
          server.setStopTimeout(settings.grace().plus(AFTER_GRACE).toMillis());
          server.setErrorHandler(new JettyProblems());
        });
    config.jetty.modifyServletContextHandler(
        context -> context.setErrorHandler(new JettyProblems()));
    config.jetty.modifyHttpConfiguration(http -> http.setSendServerVersion(false));
    config.jetty.addConnector((server, http) -> connector(server, http, settings));

    Set<String> hosts = settings.onLoopback() ? ownNames(settings.host()) : null;
    config.routes.addEndpoint(
        new Endpoint(HandlerType.BEFORE, "*", new Gate(settings.token(), hosts)));
    routes.addTo(config.routes);
    config.routes.exception(
        NotFoundResponse.class,
        (failure, ctx) -> Routes.answer(ctx, Problems.of(ProblemException.notFound(ctx.path()))));
    config.routes.exception(
        MethodNotAllowedResponse.class,
        (failure, ctx) ->
            Routes.answer(
                ctx,
                Problems.of(
                    ProblemException.methodNotAllowed(ctx.req().getMethod(), methods(failure)))));
  }

  private static Set<String> methods(MethodNotAllowedResponse failure) {
    return failure.getDetails().values().stream()
        .flatMap(list -> Arrays.stream(list.split(",")))
        .map(String::strip)
        .collect(Collectors.toSet());
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
      Server server, HttpConfiguration http, ServerSettings settings) {
    ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setHost(settings.host());
    connector.setPort(settings.port());
    connector.setIdleTimeout(settings.silence().toMillis());
    server.addBean(new NetworkConnectionLimit(CONNECTIONS, connector));
    return connector;
  }

  private static Set<String> ownNames(String host) {
    Set<String> names = new TreeSet<>(Set.of("localhost", "127.0.0.1", "[::1]"));
    names.add(host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host);
    names.add(InetAddress.getLoopbackAddress().getHostAddress());
    return names;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // a sweep tells of its failures itself
  private static ScheduledExecutorService sweeper(Sessions sessions, ServerSettings settings) {
    ScheduledExecutorService sweeper =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "expiry");
              thread.setDaemon(true);
              return thread;
            });
    long pause = Math.max(1, settings.sessions().idle().toMillis() / SWEEPS_AN_IDLE_TIME);
    sweeper.scheduleWithFixedDelay(() -> sweep(sessions), pause, pause, TimeUnit.MILLISECONDS);
    return sweeper;
  }

  /** A failure to close one environment must not end the sweeping. */
  private static void sweep(Sessions sessions) {
    try {
      sessions.expireIdle();
    } catch (RuntimeException e) {
      LOG.error("an environment could not be closed", e);
    }
  }
}
