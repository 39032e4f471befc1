package io.splitgym.server;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.HandlerType;
import io.javalin.http.MethodNotAllowedResponse;
import io.javalin.http.NotFoundResponse;
import io.javalin.router.Endpoint;
import io.javalin.util.JavalinBindException;
import io.javalin.util.JavalinException;
import io.splitgym.durability.DurableLog;
import io.splitgym.durability.UnusedFolders;
import io.splitgym.recording.EpisodeStore;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.server.docs.DocsRoutes;
import io.splitgym.server.docs.OpenApiDocument;
import io.splitgym.server.exchange.Allowance;
import io.splitgym.server.live.LiveRoute;
import io.splitgym.server.metrics.Metrics;
import io.splitgym.server.metrics.WatchRoutes;
import io.splitgym.server.openenv.OpenEnv;
import io.splitgym.server.operation.EnvironmentOperations;
import io.splitgym.server.operation.EpisodeOperations;
import io.splitgym.server.operation.Operation;
import io.splitgym.server.operation.PredictionOperations;
import io.splitgym.server.operation.ServerOperations;
import io.splitgym.server.operation.StepRate;
import io.splitgym.server.operation.Stopping;
import io.splitgym.server.operation.VectorOperations;
import io.splitgym.server.operation.Workers;
import io.splitgym.server.page.PageRoutes;
import io.splitgym.server.problem.ProblemException;
import io.splitgym.server.problem.Problems;
import io.splitgym.server.rest.Gate;
import io.splitgym.server.rest.Routes;
import io.splitgym.server.websocket.Sockets;
import io.splitgym.session.Recording;
import io.splitgym.session.Sessions;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The environment server: environments over HTTP, as openapi.yaml has it. */
public final class GymServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GymServer.class);

  /** Half a million steps; to read as much at the start takes a fraction of a second. */
  private static final long JOURNAL_BYTES = 1 << 24;

  /** What calls that were given up get to end and to tell their callers. */
  private static final Duration AFTER_GRACE = Duration.ofSeconds(5);

  private static final int POLL_MILLISECONDS = 10;
  private static final int SWEEPS_AN_IDLE_TIME = 10;

  private final Javalin javalin;
  private final OpenEnv openEnv;
  private final Sessions sessions;
  private final Sockets sockets;
  private final LiveRoute live;
  private final Workers workers;
  private final ScheduledExecutorService sweeper;
  private final ServerSettings settings;
  private final Stopping stopping;
  private final GracefulHandler requests;
  private final AtomicBoolean closed = new AtomicBoolean();

  private GymServer(
      Javalin javalin,
      OpenEnv openEnv,
      Sessions sessions,
      Sockets sockets,
      LiveRoute live,
      Workers workers,
      ScheduledExecutorService sweeper,
      ServerSettings settings,
      Stopping stopping,
      GracefulHandler requests) {
    this.javalin = javalin;
    this.openEnv = openEnv;
    this.sessions = sessions;
    this.sockets = sockets;
    this.live = live;
    this.workers = workers;
    this.sweeper = sweeper;
    this.settings = settings;
    this.stopping = stopping;
    this.requests = requests;
  }

  /**
   * Starts a server; it answers when this returns.
   *
   * @throws IOException if it can't listen where it should
   */
  public static GymServer start(ServerSettings settings, EnvironmentRegistry registry)
      throws IOException {
    return start(
        settings, new Sessions(registry, settings.sessions(), System::nanoTime), registry, null);
  }

  /**
   * Starts a server whose environments outlive it: another one on the same port and folder goes on
   * with them. It answers when this returns.
   *
   * @param folder where they are kept; the rest as {@link Storage#in} has it
   * @throws IOException if it can't listen where it should, or the folder can't be used
   * @throws io.splitgym.durability.FolderTakenException if a server that runs has that port's
   */
  public static GymServer start(ServerSettings settings, EnvironmentRegistry registry, Path folder)
      throws IOException {
    return start(settings, registry, Storage.in(folder));
  }

  /** The same, told what to keep. */
  public static GymServer start(
      ServerSettings settings, EnvironmentRegistry registry, Storage storage) throws IOException {
    // a free port has to be taken before its folder is known
    @Nullable ServerSocketChannel free = settings.port() == 0 ? freePort(settings.host()) : null;
    try {
      int port = free == null ? settings.port() : free.socket().getLocalPort();
      DurableLog log = DurableLog.open(storage.ofPort(port), JOURNAL_BYTES);
      GymServer server =
          start(settings, sessions(settings, registry, storage, log), registry, free);
      server.sweeper.execute(() -> removeUnused(storage));
      return server;
    } catch (IOException | RuntimeException e) {
      if (free != null) {
        free.close();
      }
      throw e;
    }
  }

  private static Sessions sessions(
      ServerSettings settings, EnvironmentRegistry registry, Storage storage, DurableLog log)
      throws IOException {
    try {
      Recording recording =
          new Recording(
              EpisodeStore.open(Storage.episodes(storage.folder()), storage.recording()),
              storage.recordsAll());
      return new Sessions(registry, settings.sessions(), System::nanoTime, log, recording);
    } catch (IOException | RuntimeException e) {
      log.close();
      throw e;
    }
  }

  /** What servers on ports that nobody uses any more have left would stay for ever. */
  private static void removeUnused(Storage storage) {
    if (storage.unused().isZero()) {
      return;
    }
    Instant limit = Instant.now().minus(storage.unused());
    try {
      for (UnusedFolders.Found found : UnusedFolders.under(Storage.sessions(storage.folder()))) {
        if (found.process().isEmpty() && found.lastUsed().isBefore(limit)) {
          UnusedFolders.remove(found.folder());
          LOG.info("{} was last used on {}: removed", found.folder(), found.lastUsed());
        }
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("sessions that nobody uses any more could not be removed", e);
    }
  }

  /** Over sessions of the caller's making. */
  static GymServer start(
      ServerSettings settings,
      Sessions sessions,
      EnvironmentRegistry registry,
      @Nullable ServerSocketChannel listening)
      throws IOException {
    Stopping stopping = new Stopping();
    GracefulHandler requests = new GracefulHandler();
    Workers workers = new Workers(settings.requests(), settings.threads(), stopping);
    StepRate rate = new StepRate(settings.requests().stepsASecond(), System::nanoTime);
    LiveRoute live = new LiveRoute(sessions, settings.watchers(), settings.silence());
    Allowance allowance = new Allowance(settings.connections().waitingBytes());
    Metrics metrics = new Metrics(registry, sessions, rate, workers, live, allowance);
    List<Operation> operations =
        operations(settings, registry, sessions, rate).stream()
            .map(stopping::explaining)
            .map(metrics::watched)
            .toList();
    Gate gate = JettySetup.gate(settings, stopping);
    Sockets sockets =
        new Sockets(
            operations,
            () -> Handshakes.of(settings, registry, operations, version()),
            workers,
            gate,
            settings.requests(),
            settings.sockets(),
            settings.sessions().vectorSize(),
            settings.silence());
    Routes routes = new Routes(operations, workers, settings.requests());
    WatchRoutes watch = new WatchRoutes(metrics, registry, sessions, stopping);
    DocsRoutes docs = new DocsRoutes(OpenApiDocument.load(), !settings.openEnvAtRoot());
    OpenEnv openEnv = openEnv(settings, registry, sessions, rate, workers, metrics);
    Javalin javalin =
        Javalin.create(
            config -> {
              configure(config, settings, gate, allowance, requests, sockets, listening);
              routes.addTo(config.routes);
              docs.addTo(config.routes);
              watch.addTo(config.routes);
              live.addTo(config.routes);
              PageRoutes.addTo(config.routes);
              openEnv.addTo(config);
            });
    try {
      javalin.start();
    } catch (JavalinBindException e) {
      live.close();
      sockets.close();
      openEnv.close();
      workers.close();
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
    return new GymServer(
        javalin,
        openEnv,
        sessions,
        sockets,
        live,
        workers,
        sweeper(sessions, settings),
        settings,
        stopping,
        requests);
  }

  private static OpenEnv openEnv(
      ServerSettings settings,
      EnvironmentRegistry registry,
      Sessions sessions,
      StepRate rate,
      Workers workers,
      Metrics metrics) {
    return new OpenEnv(
        settings.openEnvAtRoot() ? "" : OpenEnv.PATH,
        registry,
        sessions,
        rate,
        workers,
        metrics,
        new OpenEnv.Limits(
            settings.sessions(), settings.requests(), settings.sockets(), settings.threads()),
        version());
  }

  /** Everything that can be asked for, over REST and over WebSockets. */
  private static List<Operation> operations(
      ServerSettings settings, EnvironmentRegistry registry, Sessions sessions, StepRate rate) {
    List<Operation> operations = new ArrayList<>();
    operations.addAll(new EnvironmentOperations(registry, sessions, rate).all());
    operations.addAll(new PredictionOperations(registry, settings.requests()).all());
    operations.addAll(new VectorOperations(registry, sessions, rate).all());
    operations.addAll(new EpisodeOperations(sessions.episodes()).all());
    ServerOperations ofServer =
        new ServerOperations(
            registry, () -> Handshakes.of(settings, registry, operations, version()));
    operations.addAll(ofServer.all());
    return List.copyOf(operations);
  }

  /** The version that the build wrote into the jar; {@code unpackaged} where there is no jar. */
  public static String version() {
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
   * Stops: from now on it isn't ready and refuses what would begin something, but goes on to answer
   * who looks. What is in flight is finished within the grace that the settings give it and
   * answered; what isn't is given up, and answered so. WebSockets close with 1001. Then nothing is
   * listened to any more, and every environment is freed. Once is enough.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    stopping.begin();
    try {
      live.close();
      sockets.finish();
      openEnv.finish();
      if (!finishedWithin(settings.grace())) {
        LOG.warn("what took longer than {} is given up", settings.grace());
        stopping.giveUp();
        sweeper.execute(sessions::close);
        if (!finishedWithin(AFTER_GRACE)) {
          LOG.warn("some calls could neither be finished nor given up in time");
        }
      }
      sockets.close();
      openEnv.close();
      javalin.stop();
    } catch (JavalinException e) {
      LOG.warn("some connections could not be closed in time", e);
    } finally {
      workers.close();
      sweeper.shutdownNow();
      sessions.close();
    }
    LOG.info("stopped");
  }

  /** Waits until nothing is in flight. */
  private boolean finishedWithin(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    try {
      while (!finished() && System.nanoTime() < end) {
        Thread.sleep(POLL_MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return finished();
  }

  private boolean finished() {
    return requests.getCurrentRequestCount() == 0 && sockets.finished() && openEnv.finished();
  }

  private static ServerSocketChannel freePort(String host) throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open();
    try {
      return channel.bind(new InetSocketAddress(host, 0));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static void configure(
      JavalinConfig config,
      ServerSettings settings,
      Gate gate,
      Allowance allowance,
      GracefulHandler requests,
      Sockets sockets,
      @Nullable ServerSocketChannel listening) {
    JettySetup.apply(config, settings, gate, allowance, requests, sockets.handler(), listening);
    config.routes.addEndpoint(new Endpoint(HandlerType.WEBSOCKET_BEFORE_UPGRADE, "*", gate));
    config.routes.addEndpoint(
        new Endpoint(
            HandlerType.GET,
            Sockets.PATH,
            ctx -> {
              throw ProblemException.upgradeRequired();
            }));
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
