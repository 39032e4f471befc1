package io.splitgym.server.openenv;

import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.router.Endpoint;
import io.javalin.websocket.WsHandlerType;
import io.splitgym.environment.EpisodeNotRunningException;
import io.splitgym.registry.CreatedEnvironment;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.EnvironmentRequest;
import io.splitgym.registry.EnvironmentSpec;
import io.splitgym.registry.MalformedRequestException;
import io.splitgym.registry.Values;
import io.splitgym.server.docs.OpenApiDocument;
import io.splitgym.server.metrics.Metrics;
import io.splitgym.server.operation.RequestLimits;
import io.splitgym.server.operation.StepRate;
import io.splitgym.server.operation.Workers;
import io.splitgym.server.problem.Problems;
import io.splitgym.server.rest.RequestBody;
import io.splitgym.server.rest.Routes;
import io.splitgym.server.websocket.SocketLimits;
import io.splitgym.server.wire.BodyReader;
import io.splitgym.server.wire.Encoding;
import io.splitgym.session.SessionLimits;
import io.splitgym.session.Sessions;
import io.splitgym.validation.InvalidValueException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.ee10.websocket.server.JettyServerUpgradeRequest;
import org.eclipse.jetty.ee10.websocket.server.JettyServerUpgradeResponse;
import org.jspecify.annotations.Nullable;

/**
 * The routes of OpenEnv's protocol, all under one path; its own openapi.yaml, beside this class's
 * resources, describes them.
 *
 * <p>In OpenEnv every REST call works on an environment of its own. Here too, but for one that
 * names an {@code episode_id}: then reset, step and state of that name work on the same one, which
 * is the client's own: another client's environment of the same name is another one.
 */
public final class OpenEnv implements AutoCloseable {
  /** Where the routes are unless the root was asked for. */
  public static final String PATH = "/openenv";

  private static final String CONTRACT = "/io/splitgym/server/openenv/openapi.yaml";
  private static final String JSON = "application/json";
  private static final int LONGEST_REQUEST_ID = 255;

  private final String prefix;
  private final Resources resources;
  private final Limits limits;
  private final String version;
  private final RequestBody body;
  private final OpenApiDocument contract = OpenApiDocument.load(CONTRACT);
  private final NamedEnvironments named;
  private final Schemas schemas;
  private final JsonRpc rpc;
  private final Sockets sockets;

  /**
   * What bounds the work for OpenEnv's clients.
   *
   * @param sessions how many environments there may be
   * @param requests what one request or message may ask for
   * @param sockets what one WebSocket may do; none is closed for idleness, as OpenEnv's clients
   *     don't expect it and a live one answers pings
   * @param threads the most connections worked for at once
   */
  public record Limits(
      SessionLimits sessions, RequestLimits requests, SocketLimits sockets, int threads) {}

  /**
   * @param prefix {@link #PATH}, or the empty text for the root
   * @param rate how many steps a second clients may take
   * @param workers where calls on slow backends are worked on
   * @param metrics where its calls are counted
   * @param version of the program
   */
  public OpenEnv(
      String prefix,
      EnvironmentRegistry registry,
      Sessions sessions,
      StepRate rate,
      Workers workers,
      Metrics metrics,
      Limits limits,
      String version) {
    this.prefix = prefix;
    this.limits = limits;
    this.version = version;
    RequestLimits requests = limits.requests();
    this.resources =
        new Resources(
            registry,
            sessions,
            rate,
            workers,
            metrics,
            new BodyReader(requests.depth()),
            limits.sessions());
    this.body = new RequestBody(requests);
    this.named = new NamedEnvironments(resources);
    this.schemas = new Schemas(resources);
    this.rpc = new JsonRpc(resources, named, schemas);
    this.sockets = new Sockets(limits.threads(), limits.sockets().ping(), named::forgetTheGone);
  }

  /** Adds the routes; at the root, /health is the server's own, which says more. */
  public void addTo(JavalinConfig config) {
    RoutesConfig routes = config.routes;
    if (!prefix.isEmpty()) {
      add(routes, HandlerType.GET, "/health", ctx -> answer(ctx, Map.of("status", "healthy")));
    }
    add(routes, HandlerType.GET, "/openapi.json", this::contract);
    add(routes, HandlerType.GET, "/metadata", this::metadata);
    add(routes, HandlerType.GET, "/schema", this::schema);
    add(routes, HandlerType.GET, "/state", this::state);
    add(routes, HandlerType.POST, "/reset", this::reset);
    add(routes, HandlerType.POST, "/step", this::step);
    add(routes, HandlerType.POST, "/mcp", this::mcp);
    addSocket(config, prefix + "/ws", this::dialogue);
    addSocket(config, prefix + "/mcp", this::toolDialogue);
  }

  /** Makes what is said on a connection. */
  private interface Begin {
    Conversation begin(JettyServerUpgradeRequest request, String client);
  }

  /**
   * Javalin finds the path and asks who may come in; the connection is ours, as its own doesn't
   * tell of pongs.
   */
  private void addSocket(JavalinConfig config, String path, Begin begin) {
    config.routes.addWsHandler(WsHandlerType.WEBSOCKET, path, ws -> {});
    config.jetty.modifyWebSocketServletFactory(
        factory ->
            factory.addMapping(path, (request, response) -> connection(begin, request, response)));
  }

  /**
   * Reads no more messages; each connection closes once those that were read are answered, and
   * frees its environment.
   */
  public void finish() {
    sockets.finish();
  }

  /** Whether every connection is closed. */
  public boolean finished() {
    return sockets.finished();
  }

  /** Closes every connection, answered or not, and frees its environment. */
  @Override
  public void close() {
    sockets.close();
  }

  private Object connection(
      Begin begin, JettyServerUpgradeRequest request, JettyServerUpgradeResponse response) {
    // Messages are too short for compression to pay.
    response.setExtensions(List.of());
    return new Connection(
        begin.begin(request, request.getHttpServletRequest().getRemoteAddr()),
        sockets,
        sockets.workers(),
        limits.requests().bodyBytes(),
        limits.sockets().inFlight());
  }

  private Conversation toolDialogue(JettyServerUpgradeRequest request, String client) {
    return new ToolDialogue(client, named, rpc);
  }

  private Conversation dialogue(JettyServerUpgradeRequest request, String client) {
    List<String> names = request.getParameterMap().getOrDefault("session_id", List.of());
    String name = names.isEmpty() ? null : names.get(0);
    Optional<ClientEnvironment> shared =
        Optional.ofNullable(name).flatMap(known -> named.find(known, client));
    ClientEnvironment environment =
        shared.orElseGet(() -> new ClientEnvironment(resources, client));
    return new Dialogue(resources, client, environment, name, shared.isPresent(), rpc);
  }

  private void contract(Context ctx) {
    ctx.contentType(JSON).result(contract.json());
  }

  private void metadata(Context ctx) {
    EnvironmentSpec spec = resources.firstSpec();
    Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
    metadata.put("name", spec.id());
    metadata.put("description", spec.description());
    metadata.put("readme_content", Readme.of(spec));
    metadata.put("version", version);
    metadata.put("author", null);
    metadata.put("documentation_url", null);
    answer(ctx, metadata);
  }

  private void schema(Context ctx) {
    Map<String, String> query = new LinkedHashMap<>();
    ctx.queryParamMap().forEach((name, values) -> query.put(name, values.get(0)));
    answer(ctx, schemas.all(query));
  }

  private void state(Context ctx) {
    String name = ResetFields.episodeId(ctx.queryParam(ResetFields.EPISODE_ID));
    answer(
        ctx,
        name == null ? ClientEnvironment.noEpisode() : named.get(name, Routes.client(ctx)).state());
  }

  private void reset(Context ctx) {
    ResetFields fields = ResetFields.of(body.fields(ctx, false));
    if (fields.episodeId() != null) {
      answerOnce(ctx, named.reset(fields.episodeId(), fields, Routes.client(ctx)));
      return;
    }
    EnvironmentRequest request = resources.request(fields.creation());
    answerOnce(
        ctx,
        resources
            .workers()
            .begin(
                resources.slowBackend(request),
                resources
                    .metrics()
                    .watched(
                        ClientEnvironment.RESET, request, () -> startAndForget(request, fields))));
  }

  private ObservationBody startAndForget(EnvironmentRequest request, ResetFields fields) {
    CreatedEnvironment created = resources.registry().create(request);
    try {
      return ObservationBody.of(
          created.environment().reset(fields.seed(), fields.options()),
          created.environment().observationSpace());
    } finally {
      created.environment().close();
    }
  }

  private void step(Context ctx) {
    Map<String, @Nullable Object> request = new LinkedHashMap<>(body.fields(ctx, true));
    Map<String, @Nullable Object> action = action(request);
    String name = ResetFields.episodeId(request.remove(ResetFields.EPISODE_ID));
    timeout(request.remove("timeout_s"));
    requestId(request.remove("request_id"));
    for (String field : request.keySet()) {
      throw MalformedRequestException.unknownField(
          field, List.of("action", ResetFields.EPISODE_ID, "timeout_s", "request_id"));
    }
    if (name == null) {
      throw new EpisodeNotRunningException(
          "a step without episode_id is on an environment of its own, in which no episode runs:"
              + " give the episode_id that the reset was given, or use the WebSocket at "
              + prefix
              + "/ws");
    }
    answerOnce(ctx, named.get(name, Routes.client(ctx)).step(action));
  }

  @SuppressWarnings("unchecked") // the reader makes maps with texts as keys, and no others
  private static Map<String, @Nullable Object> action(Map<String, @Nullable Object> request) {
    if (!request.containsKey("action")) {
      throw MalformedRequestException.missing("action", "an object");
    }
    Object action = request.remove("action");
    if (action instanceof Map<?, ?> map) {
      return (Map<String, @Nullable Object>) map;
    }
    throw MalformedRequestException.wrongType(
        "action", action, "an object such as {\"action\": 1}");
  }

  /** A step that has begun is finished: the time is checked, and otherwise the client's to keep. */
  private static void timeout(@Nullable Object value) {
    if (value != null && !(Values.number("timeout_s", value) > 0)) {
      throw new InvalidValueException("timeout_s", value, "above 0");
    }
  }

  private static void requestId(@Nullable Object value) {
    if (value == null) {
      return;
    }
    if (!(value instanceof String id)) {
      throw MalformedRequestException.wrongType("request_id", value, "a text");
    }
    if (id.length() > LONGEST_REQUEST_ID) {
      throw new InvalidValueException(
          "request_id", id, "a text of at most " + LONGEST_REQUEST_ID + " characters");
    }
  }

  private void mcp(Context ctx) {
    answerOnce(ctx, rpc.answer(body.bytes(ctx), Routes.client(ctx), null, null));
  }

  private void add(RoutesConfig routes, HandlerType method, String path, Handler handler) {
    routes.addEndpoint(new Endpoint(method, prefix + path, ctx -> handle(handler, ctx)));
  }

  /** An Error is a failure of one call, too: Javalin would answer it with a page of its own. */
  private static void handle(Handler handler, Context ctx) throws Exception {
    try {
      handler.handle(ctx);
    } catch (LinkageError | StackOverflowError | OutOfMemoryError | AssertionError e) {
      throw new IllegalStateException("a call failed", e);
    }
  }

  /** What takes its time holds no thread until then. */
  private static void answerOnce(Context ctx, CompletableFuture<?> work) {
    CompletableFuture<?> written =
        work.handle(
            (json, failure) -> {
              if (failure == null) {
                answer(ctx, json);
              } else {
                Routes.answer(ctx, Problems.of(Workers.asUnchecked(failure)));
              }
              return null;
            });
    if (!written.isDone()) {
      ctx.future(() -> written);
    }
  }

  private static void answer(Context ctx, Object json) {
    ctx.status(200).contentType(JSON).result(Encoding.JSON.bytes(json));
  }
}
