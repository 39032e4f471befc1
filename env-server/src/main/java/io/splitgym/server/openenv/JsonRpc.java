package io.splitgym.server.openenv;

import io.splitgym.registry.EnvironmentSpec;
import io.splitgym.registry.MalformedRequestException;
import io.splitgym.server.operation.Workers;
import io.splitgym.server.problem.Problem;
import io.splitgym.server.problem.Problems;
import io.splitgym.server.wire.Encoding;
import io.splitgym.server.wire.MalformedBodyException;
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
 * Tools by JSON-RPC 2.0, in the dialect that OpenEnv makes of the Model Context Protocol: {@code
 * tools/list}, {@code tools/call}, {@code openenv/session/create} and {@code
 * openenv/session/close}. OpenEnv keeps the names reset, step, state and close from tools, so that
 * a model under test can't start its episode over: there is {@code take_action} to act and {@code
 * describe} to look.
 */
final class JsonRpc {
  static final String TAKE_ACTION = "take_action";
  static final String DESCRIBE = "describe";

  private static final int PARSE_ERROR = -32700;
  private static final int INVALID_REQUEST = -32600;
  private static final int METHOD_NOT_FOUND = -32601;
  private static final int INVALID_PARAMS = -32602;
  private static final int INTERNAL_ERROR = -32603;
  private static final int SERVER_ERROR = -32000;

  private static final String SESSION_ID = "session_id";
  private static final Set<String> MEMBERS = Set.of("jsonrpc", "method", "params", "id");

  private final Resources resources;
  private final NamedEnvironments named;
  private final Schemas schemas;

  JsonRpc(Resources resources, NamedEnvironments named, Schemas schemas) {
    this.resources = resources;
    this.named = named;
    this.schemas = schemas;
  }

  /**
   * The answer to a body, which may be anything.
   *
   * @param client who asks
   * @param own the environment of the connection that it came on, if it came on one
   * @param ownName what that one is called here, if it has a name
   */
  CompletableFuture<Map<String, @Nullable Object>> answer(
      byte[] body, String client, @Nullable ClientEnvironment own, @Nullable String ownName) {
    Map<String, @Nullable Object> request;
    try {
      request = resources.reader().object(Encoding.JSON, body);
    } catch (MalformedBodyException e) {
      return now(error(null, PARSE_ERROR, "Parse error: " + e.getMessage()));
    }
    return answer(request, client, own, ownName);
  }

  /**
   * The answer to a request.
   *
   * @param client who asks
   * @param own the environment of the connection that it came on, if it came on one
   * @param ownName what that one is called here, if it has a name
   */
  CompletableFuture<Map<String, @Nullable Object>> answer(
      Map<String, @Nullable Object> request,
      String client,
      @Nullable ClientEnvironment own,
      @Nullable String ownName) {
    String wrong = wrongWith(request);
    Object id = request.get("id");
    if (wrong != null) {
      // what is no request has no id, as JSON-RPC has it
      return now(error(null, INVALID_REQUEST, "Invalid request: " + wrong));
    }
    String method = String.valueOf(request.get("method"));
    Map<String, @Nullable Object> params = object(request.get("params"));
    try {
      return switch (method) {
        case "openenv/session/create" -> now(create(id, client, own, ownName));
        case "openenv/session/close" -> now(close(id, params, client, ownName));
        case "tools/list" -> now(result(id, Map.of("tools", tools())));
        case "tools/call" ->
            call(id, params, client, own)
                .exceptionally(failure -> refusal(id, Workers.asUnchecked(failure)));
        default -> now(error(id, METHOD_NOT_FOUND, "Method not found: " + method));
      };
    } catch (RuntimeException e) {
      return now(refusal(id, e));
    }
  }

  /** Why it is no request; null if it is one. */
  private static @Nullable String wrongWith(Map<String, @Nullable Object> request) {
    Object id = request.get("id");
    if (id != null && !(id instanceof String) && !(id instanceof Long)) {
      return "id must be a text or an integer";
    }
    if (!"2.0".equals(request.get("jsonrpc"))) {
      return "jsonrpc must be \"2.0\"";
    }
    if (!(request.get("method") instanceof String)) {
      return "method must be a text";
    }
    for (String member : request.keySet()) {
      if (!MEMBERS.contains(member)) {
        return member + " is not a known member";
      }
    }
    return request.containsKey("params") && !(request.get("params") instanceof Map)
        ? "params must be an object"
        : null;
  }

  private static Map<String, @Nullable Object> refusal(
      @Nullable Object id, RuntimeException failure) {
    if (failure instanceof InvalidValueException || failure instanceof MalformedRequestException) {
      return error(id, INVALID_PARAMS, "Invalid params: " + failure.getMessage());
    }
    if (failure instanceof UnknownSessionException unknown) {
      return error(id, INVALID_PARAMS, "Unknown session_id: " + unknown.id());
    }
    return error(
        id,
        failure instanceof LimitReachedException ? SERVER_ERROR : INTERNAL_ERROR,
        Problems.of(failure).body().detail());
  }

  /** The answer where there was no environment to be had. */
  Map<String, @Nullable Object> withoutEnvironment(@Nullable Object id, RuntimeException failure) {
    Object data = failure instanceof LimitReachedException full ? resources.full(full) : null;
    return error(id, SERVER_ERROR, Problems.of(failure).body().detail(), data);
  }

  /** The answer where a call failed in a way that nobody expected. */
  Map<String, @Nullable Object> failure(Problem problem) {
    return error(null, INTERNAL_ERROR, problem.body().detail());
  }

  private Map<String, @Nullable Object> create(
      @Nullable Object id,
      String client,
      @Nullable ClientEnvironment own,
      @Nullable String ownName) {
    if (own != null) {
      return ownName != null
          ? result(id, Map.of(SESSION_ID, ownName))
          : error(id, INVALID_REQUEST, "Invalid request: the connection is the session");
    }
    try {
      return result(id, Map.of(SESSION_ID, named.create(client)));
    } catch (RuntimeException e) {
      return withoutEnvironment(id, e);
    }
  }

  private Map<String, @Nullable Object> close(
      @Nullable Object id,
      Map<String, @Nullable Object> params,
      String client,
      @Nullable String ownName) {
    String name = sessionId(params);
    if (name == null) {
      return error(id, INVALID_PARAMS, "Invalid params: session_id is missing");
    }
    if (name.equals(ownName)) {
      return error(id, INVALID_REQUEST, "Invalid request: the connection holds that session");
    }
    if (!named.close(name, client)) {
      throw new UnknownSessionException(name);
    }
    return result(id, Map.of(SESSION_ID, name, "closed", true));
  }

  private List<Map<String, Object>> tools() {
    EnvironmentSpec spec = resources.firstSpec();
    return List.of(
        tool(
            TAKE_ACTION,
            "Takes one action in the running episode. " + spec.action(),
            schemas.actionOfAny()),
        tool(
            DESCRIBE,
            "Tells what the environment is, how far the episode is, and which actions there are.",
            Map.of("type", "object", "properties", Map.of(), "additionalProperties", false)));
  }

  private static Map<String, Object> tool(
      String name, String description, Map<String, Object> inputSchema) {
    Map<String, Object> tool = new LinkedHashMap<>();
    tool.put("name", name);
    tool.put("description", description);
    tool.put("inputSchema", inputSchema);
    return tool;
  }

  private CompletableFuture<Map<String, @Nullable Object>> call(
      @Nullable Object id,
      Map<String, @Nullable Object> params,
      String client,
      @Nullable ClientEnvironment own) {
    Object arguments = params.get("arguments");
    if (arguments != null && !(arguments instanceof Map)) {
      return now(error(id, INVALID_PARAMS, "Invalid params: arguments must be an object"));
    }
    String name = sessionId(params);
    ClientEnvironment environment = own;
    if (environment == null && name != null) {
      environment = named.get(name, client);
    }
    Object tool = params.get("name");
    if (TAKE_ACTION.equals(tool)) {
      if (environment == null) {
        return now(
            error(
                id,
                INVALID_PARAMS,
                "Invalid params: session_id is missing; openenv/session/create makes one"));
      }
      return environment.step(object(arguments)).thenApply(body -> result(id, content(body)));
    }
    if (DESCRIBE.equals(tool)) {
      Map<String, Object> description = new LinkedHashMap<>();
      description.put("description", resources.firstSpec().description());
      description.put("action", resources.firstSpec().action());
      description.put(
          "state", environment == null ? ClientEnvironment.noEpisode() : environment.state());
      return now(result(id, content(description)));
    }
    return now(
        error(
            id,
            INVALID_PARAMS,
            tool == null
                ? "Invalid params: name is missing"
                : "Tool not found: " + tool + ", must be one of " + TAKE_ACTION + ", " + DESCRIBE));
  }

  /** A tool's result in the forms that MCP's and OpenEnv's clients look for. */
  private static Map<String, Object> content(Object data) {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put(
        "content",
        List.of(
            Map.of(
                "type",
                "text",
                "text",
                new String(Encoding.JSON.bytes(data), StandardCharsets.UTF_8))));
    content.put("structuredContent", data);
    content.put("data", data);
    content.put("isError", false);
    return content;
  }

  private static CompletableFuture<Map<String, @Nullable Object>> now(
      Map<String, @Nullable Object> response) {
    return CompletableFuture.completedFuture(response);
  }

  private static @Nullable String sessionId(Map<String, @Nullable Object> params) {
    Object name = params.get(SESSION_ID);
    if (name != null && !(name instanceof String)) {
      throw MalformedRequestException.wrongType(SESSION_ID, name, "a text");
    }
    return (String) name;
  }

  @SuppressWarnings("unchecked") // the reader makes maps with texts as keys, and no others
  private static Map<String, @Nullable Object> object(@Nullable Object value) {
    return value == null ? Map.of() : (Map<String, @Nullable Object>) value;
  }

  private static Map<String, @Nullable Object> result(@Nullable Object id, Object result) {
    return response(id, "result", result);
  }

  private static Map<String, @Nullable Object> error(
      @Nullable Object id, int code, String message) {
    return error(id, code, message, null);
  }

  private static Map<String, @Nullable Object> error(
      @Nullable Object id, int code, String message, @Nullable Object data) {
    Map<String, @Nullable Object> error = new LinkedHashMap<>();
    error.put("code", code);
    error.put("message", message);
    error.put("data", data);
    return response(id, "error", error);
  }

  private static Map<String, @Nullable Object> response(
      @Nullable Object id, String member, Object value) {
    Map<String, @Nullable Object> response = new LinkedHashMap<>();
    response.put("jsonrpc", "2.0");
    response.put("id", id);
    response.put(member, value);
    return response;
  }
}
