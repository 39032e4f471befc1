package io.splitgym.server.rest;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.router.Endpoint;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.EnvironmentSpec;
import io.splitgym.server.problem.Problem;
import io.splitgym.server.problem.ProblemException;
import io.splitgym.server.problem.Problems;
import io.splitgym.server.wire.Elements;
import io.splitgym.server.wire.EnvironmentBody;
import io.splitgym.server.wire.HealthBody;
import io.splitgym.server.wire.Json;
import io.splitgym.server.wire.OpenApiDocument;
import io.splitgym.server.wire.ResetBody;
import io.splitgym.server.wire.ResetRequest;
import io.splitgym.server.wire.SpecBody;
import io.splitgym.server.wire.StepBody;
import io.splitgym.session.Session;
import io.splitgym.session.Sessions;
import java.time.Duration;

/** Every route that there is; openapi.yaml describes the same ones. */
public final class Routes {
  private static final String JSON = "application/json";
  private static final String ID = "id";

  private final EnvironmentRegistry registry;
  private final Sessions sessions;
  private final OpenApiDocument contract;
  private final RequestBody body;
  private final String version;

  /**
   * @param bodyLimit the most bytes of a request's body
   * @param bodyPatience how long a request's body may take
   * @param version of the program
   */
  public Routes(
      EnvironmentRegistry registry,
      Sessions sessions,
      OpenApiDocument contract,
      int bodyLimit,
      Duration bodyPatience,
      String version) {
    this.registry = registry;
    this.sessions = sessions;
    this.contract = contract;
    this.body = new RequestBody(bodyLimit, bodyPatience);
    this.version = version;
  }

  /** Adds them, and what happens where there is none or one fails. */
  public void addTo(RoutesConfig routes) {
    add(routes, HandlerType.GET, "/health", this::health);
    add(routes, HandlerType.GET, "/openapi.yaml", this::contractAsYaml);
    add(routes, HandlerType.GET, "/openapi.json", this::contractAsJson);
    add(routes, HandlerType.GET, "/v1/env-specs", this::listSpecs);
    add(routes, HandlerType.GET, "/v1/env-specs/{id}", this::describeSpec);
    add(routes, HandlerType.GET, "/v1/envs", this::list);
    add(routes, HandlerType.POST, "/v1/envs", this::create);
    add(routes, HandlerType.GET, "/v1/envs/{id}", this::describe);
    add(routes, HandlerType.DELETE, "/v1/envs/{id}", this::delete);
    add(routes, HandlerType.POST, "/v1/envs/{id}/reset", this::reset);
    add(routes, HandlerType.POST, "/v1/envs/{id}/step", this::step);
    routes.exception(Exception.class, (failure, ctx) -> answer(ctx, Problems.of(failure)));
  }

  /** Writes a problem as the answer. */
  public static void answer(Context ctx, Problem problem) {
    problem.headers().forEach(ctx::header);
    ctx.status(problem.body().status());
    ctx.contentType(Problem.CONTENT_TYPE).result(Json.bytes(problem.body()));
  }

  private static void add(RoutesConfig routes, HandlerType method, String path, Handler handler) {
    routes.addEndpoint(new Endpoint(method, path, handler));
  }

  private void health(Context ctx) {
    answer(ctx, 200, HealthBody.healthy(version));
  }

  private void contractAsYaml(Context ctx) {
    ctx.contentType("application/yaml").result(contract.yaml());
  }

  private void contractAsJson(Context ctx) {
    ctx.contentType(JSON).result(contract.json());
  }

  private void listSpecs(Context ctx) {
    answer(ctx, 200, SpecBody.Listing.of(registry.specs()));
  }

  private void describeSpec(Context ctx) {
    String id = ctx.pathParam(ID);
    EnvironmentSpec spec =
        registry
            .find(id)
            .orElseThrow(
                () ->
                    ProblemException.unknownSpec(
                        id, registry.specs().stream().map(EnvironmentSpec::id).toList()));
    answer(ctx, 200, SpecBody.of(spec));
  }

  private void list(Context ctx) {
    answer(ctx, 200, EnvironmentBody.Listing.of(sessions.list()));
  }

  private void create(Context ctx) {
    Session session = sessions.create(registry.read(body.object(ctx)));
    ctx.header("Location", "/v1/envs/" + session.id());
    answer(ctx, 201, EnvironmentBody.of(session));
  }

  private void describe(Context ctx) {
    answer(ctx, 200, EnvironmentBody.of(session(ctx)));
  }

  private void delete(Context ctx) {
    sessions.delete(ctx.pathParam(ID));
    ctx.status(204);
  }

  private void reset(Context ctx) {
    Session session = session(ctx);
    ResetRequest request = ResetRequest.of(body.objectOrNothing(ctx));
    answer(ctx, 200, ResetBody.of(session.reset(request.seed(), request.options())));
  }

  private void step(Context ctx) {
    Session session = session(ctx);
    answer(
        ctx,
        200,
        StepBody.of(
            session.step(
                Elements.action(body.object(ctx), session.created().environment().actionSpace()))));
  }

  private Session session(Context ctx) {
    return sessions.get(ctx.pathParam(ID));
  }

  private static void answer(Context ctx, int status, Object json) {
    ctx.status(status).contentType(JSON).result(Json.bytes(json));
  }
}
