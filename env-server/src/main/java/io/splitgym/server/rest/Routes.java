package io.splitgym.server.rest;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.router.Endpoint;
import io.splitgym.server.operation.Call;
import io.splitgym.server.operation.Operation;
import io.splitgym.server.operation.Reply;
import io.splitgym.server.operation.RequestLimits;
import io.splitgym.server.operation.Workers;
import io.splitgym.server.problem.Problem;
import io.splitgym.server.problem.Problems;
import io.splitgym.server.wire.Encoding;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Operations as routes of HTTP, as openapi.yaml has them. */
public final class Routes {
  private static final Logger LOG = LoggerFactory.getLogger(Routes.class);
  private static final int SERVER_FAILED = 500;
  private static final String ID = "{id}";
  private static final String IDEMPOTENCY_KEY = "Idempotency-Key";

  private final List<Operation> operations;
  private final Workers workers;
  private final RequestBody body;

  public Routes(List<Operation> operations, Workers workers, RequestLimits limits) {
    this.operations = operations;
    this.workers = workers;
    this.body = new RequestBody(limits);
  }

  /** Adds them, and what happens where one fails. */
  public void addTo(RoutesConfig routes) {
    // Javalin tries paths one after another: what is asked for most goes first
    List<Operation> stepsFirst = new ArrayList<>(operations);
    stepsFirst.sort(Comparator.comparing(operation -> !operation.path().endsWith("/step")));
    for (Operation operation : stepsFirst) {
      routes.addEndpoint(
          new Endpoint(
              HandlerType.findOrCreate(operation.method()),
              operation.path(),
              ctx -> handle(operation, ctx)));
    }
    routes.exception(Exception.class, (failure, ctx) -> answer(ctx, Problems.of(failure)));
  }

  /** Writes a problem as the answer. */
  public static void answer(Context ctx, Problem problem) {
    Encoding encoding = Negotiation.ofProblem(ctx);
    tell(RequestId.of(ctx), ctx, problem);
    write(
        ctx,
        problem.body().status(),
        problem.headers(),
        encoding.problemType(),
        encoding.bytes(problem.body()));
  }

  /** One line for each problem: what the server is to blame for as a warning. */
  private static void tell(String id, Context ctx, Problem problem) {
    int status = problem.body().status();
    Level level = status >= SERVER_FAILED ? Level.WARN : Level.DEBUG;
    if (LOG.isEnabledForLevel(level)) {
      LOG.atLevel(level)
          .log(
              "request={} method={} path={} status={} type={}",
              id,
              ctx.method(),
              ctx.req().getRequestURI(),
              status,
              problem.body().type());
    }
  }

  private void handle(Operation operation, Context ctx) {
    Encoding encoding = Negotiation.ofAnswer(ctx);
    String target = operation.path().contains(ID) ? ctx.pathParam("id") : "";
    Call call =
        new Call(
            target, body.fields(ctx, operation, target), ctx.header(IDEMPOTENCY_KEY), client(ctx));
    String slow = operation.slowBackend().apply(call);
    if (slow == null) {
      write(ctx, encoding, run(operation, call));
    } else {
      // no thread of HTTP's waits for it: there would soon be none left to answer anybody else
      ctx.future(() -> answered(ctx, encoding, workers.begin(slow, () -> run(operation, call))));
    }
  }

  private static CompletableFuture<Void> answered(
      Context ctx, Encoding encoding, CompletableFuture<Reply> work) {
    return work.handle(
        (reply, failure) -> {
          if (failure == null) {
            write(ctx, encoding, reply);
          } else {
            answer(ctx, Problems.of(Workers.asUnchecked(failure)));
          }
          return null;
        });
  }

  /** An Error is a failure of one call, too: Javalin would answer it with a page of its own. */
  private static Reply run(Operation operation, Call call) {
    try {
      return operation.work().apply(call);
    } catch (LinkageError | StackOverflowError | OutOfMemoryError | AssertionError e) {
      throw new IllegalStateException("a call failed", e);
    }
  }

  /** What a client is told apart by. */
  public static String client(Context ctx) {
    return String.valueOf(ctx.req().getRemoteAddr());
  }

  private static void write(Context ctx, Encoding encoding, Reply reply) {
    Object result = reply.body();
    write(
        ctx,
        reply.status(),
        reply.headers(),
        encoding.mediaType(),
        result == null ? null : encoding.bytes(result));
  }

  private static void write(
      Context ctx, int status, Map<String, String> headers, String type, byte @Nullable [] bytes) {
    headers.forEach(ctx::header);
    ctx.status(status);
    if (bytes != null) {
      ctx.contentType(type);
      // Jetty sends what it doesn't know the length of in chunks, once it is more than 32 KiB
      ctx.res().setContentLengthLong(bytes.length);
      try {
        // Javalin's own stream asks for each answer whether to compress it: a tenth of a step's
        // time
        ctx.res().getOutputStream().write(bytes);
      } catch (IOException e) {
        LOG.debug("a client left before its answer was written", e);
      }
    }
  }
}
