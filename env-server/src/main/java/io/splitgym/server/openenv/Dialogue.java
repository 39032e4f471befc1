package io.splitgym.server.openenv;

import io.splitgym.registry.MalformedRequestException;
import io.splitgym.server.operation.Workers;
import io.splitgym.server.problem.Problems;
import io.splitgym.server.wire.Encoding;
import io.splitgym.server.wire.MalformedBodyException;
import io.splitgym.server.wire.ProblemBody;
import io.splitgym.session.UnknownSessionException;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.LimitReachedException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What is said on one connection: a message comes in, its answer goes out. Messages are {@code
 * {"type", "data"}} with the types reset, step, state, mcp and close. One call at a time.
 */
final class Dialogue implements Conversation {
  private static final Set<String> MEMBERS = Set.of("type", "data");

  private final Resources resources;
  private final String client;
  private final ClientEnvironment environment;
  private final @Nullable String name;
  private final JsonRpc rpc;
  private final boolean known;

  /**
   * @param client who speaks
   * @param name what the environment is called elsewhere; null if it is this connection's alone,
   *     which then makes it and frees it
   * @param known whether there is an environment of that name
   */
  Dialogue(
      Resources resources,
      String client,
      ClientEnvironment environment,
      @Nullable String name,
      boolean known,
      JsonRpc rpc) {
    this.resources = resources;
    this.client = client;
    this.environment = environment;
    this.name = name;
    this.known = known;
    this.rpc = rpc;
  }

  /** What is said on connecting: nothing, unless there is no environment to be had. */
  @Override
  public CompletableFuture<Reply> open() {
    return CompletableFuture.completedFuture(opened());
  }

  private Reply opened() {
    if (name != null) {
      return known
          ? Reply.NONE
          : Reply.error(ErrorCode.SESSION_ERROR, "Unknown session_id: " + name, Map.of());
    }
    try {
      environment.open();
      return Reply.NONE;
    } catch (LimitReachedException e) {
      return Reply.error(
          ErrorCode.CAPACITY_REACHED, String.valueOf(e.getMessage()), resources.full(e));
    } catch (UnknownSessionException e) {
      return Reply.error(ErrorCode.SESSION_ERROR, "the connection closed meanwhile", Map.of());
    } catch (RuntimeException e) {
      return Reply.error(ErrorCode.FACTORY_ERROR, Problems.of(e).body().detail(), Map.of());
    }
  }

  @Override
  public CompletableFuture<Reply> answer(String text) {
    try {
      return answer(resources.reader().object(Encoding.JSON, text.getBytes(StandardCharsets.UTF_8)))
          .exceptionally(failure -> refusal(Workers.asUnchecked(failure)));
    } catch (RuntimeException | Error e) {
      // an Error is a failure of one call, too: the connection must not wait for an answer for ever
      return CompletableFuture.completedFuture(refusal(Workers.asUnchecked(e)));
    }
  }

  private static Reply refusal(RuntimeException failure) {
    ProblemBody problem = Problems.of(failure).body();
    if (failure instanceof MalformedBodyException) {
      return Reply.error(ErrorCode.INVALID_JSON, "Invalid JSON: " + failure.getMessage(), Map.of());
    }
    if (failure instanceof InvalidValueException || failure instanceof MalformedRequestException) {
      return Reply.error(
          ErrorCode.VALIDATION_ERROR,
          problem.detail(),
          Map.of("errors", List.of(validationError(problem))));
    }
    return Reply.error(
        failure instanceof UnknownSessionException
            ? ErrorCode.SESSION_ERROR
            : ErrorCode.EXECUTION_ERROR,
        problem.detail(),
        Map.of());
  }

  @Override
  public void touch() {
    environment.touch();
  }

  @Override
  public void close() {
    if (name == null) {
      environment.close();
    }
  }

  private CompletableFuture<Reply> answer(Map<String, @Nullable Object> message) {
    Object type = message.get("type");
    if (!(type instanceof String known)) {
      return CompletableFuture.completedFuture(unknownType(type));
    }
    switch (known) {
      case "reset":
        return environment
            .reset(ResetFields.of(data(message, false)))
            .thenApply(body -> Reply.of("observation", body));
      case "step":
        return environment
            .step(data(message, true))
            .thenApply(body -> Reply.of("observation", body));
      case "state":
        requireNothing(message);
        return CompletableFuture.completedFuture(Reply.of("state", environment.state()));
      case "mcp":
        return rpc.answer(data(message, true), client, environment, name)
            .thenApply(body -> Reply.of("mcp", body));
      case "close":
        requireNothing(message);
        return CompletableFuture.completedFuture(Reply.LAST);
      default:
        return CompletableFuture.completedFuture(unknownType(type));
    }
  }

  private static Reply unknownType(@Nullable Object type) {
    return Reply.error(
        ErrorCode.UNKNOWN_TYPE,
        "Unknown message type: " + (type == null ? "" : type),
        Map.of("allowed", List.of("reset", "step", "state", "mcp", "close")));
  }

  private static void requireNothing(Map<String, @Nullable Object> message) {
    if (!data(message, false).isEmpty()) {
      throw MalformedRequestException.wrongType("data", message.get("data"), "empty");
    }
  }

  @SuppressWarnings("unchecked") // the reader makes maps with texts as keys, and no others
  private static Map<String, @Nullable Object> data(
      Map<String, @Nullable Object> message, boolean required) {
    for (String member : message.keySet()) {
      if (!MEMBERS.contains(member)) {
        throw MalformedRequestException.unknownField(member, List.of("type", "data"));
      }
    }
    if (!message.containsKey("data")) {
      if (required) {
        throw MalformedRequestException.missing("data", "an object");
      }
      return Map.of();
    }
    if (message.get("data") instanceof Map<?, ?> data) {
      return (Map<String, @Nullable Object>) data;
    }
    throw MalformedRequestException.wrongType("data", message.get("data"), "an object");
  }

  /** In the form of pydantic's, which OpenEnv's own servers send. */
  private static Map<String, @Nullable Object> validationError(ProblemBody problem) {
    Map<String, @Nullable Object> error = new LinkedHashMap<>();
    error.put("type", "value_error");
    error.put("loc", problem.field() == null ? List.of() : List.of(problem.field().split("\\.")));
    error.put("msg", problem.detail());
    error.put("input", problem.value());
    return error;
  }
}
