package io.splitgym.server.operation;

import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * One thing that can be asked for: a route of HTTP, and a type of message on a WebSocket.
 *
 * @param type what a message calls it, such as {@code step}
 * @param method of HTTP
 * @param path of HTTP; at most one part is {@code {id}}
 * @param target what a message calls that id, such as {@code environment}; empty where the path has
 *     none
 * @param body whether there is one
 * @param environments how many environments a call on that target concerns, which lets its body be
 *     that much larger
 * @param slowBackend the name of the backend that answers this call where that takes seconds; null
 *     where it doesn't, so that the call may be worked on wherever it came in
 * @param work what it does; throws what {@link io.splitgym.server.problem.Problems} knows
 */
public record Operation(
    String type,
    String method,
    String path,
    String target,
    Body body,
    ToIntFunction<String> environments,
    Function<Call, @Nullable String> slowBackend,
    Function<Call, Reply> work) {

  /** Whether a request has a body. */
  public enum Body {
    /** None is read. */
    NONE,
    /** What would be in one is in HTTP's query, as texts. */
    QUERY,
    /** None is as good as an empty object. */
    OPTIONAL,
    /** One has to be there. */
    REQUIRED
  }

  /** One that reads. */
  public static Operation get(String type, String path, String target, Function<Call, Reply> work) {
    return of(type, "GET", path, target, Body.NONE, work);
  }

  /** One that reads what its query asks for. */
  public static Operation query(
      String type, String path, String target, Function<Call, Reply> work) {
    return of(type, "GET", path, target, Body.QUERY, work);
  }

  /** One that ends something. */
  public static Operation delete(
      String type, String path, String target, Function<Call, Reply> work) {
    return of(type, "DELETE", path, target, Body.NONE, work);
  }

  /** One that ends what its query asks for. */
  public static Operation deleteQueried(String type, String path, Function<Call, Reply> work) {
    return of(type, "DELETE", path, "", Body.QUERY, work);
  }

  /** One that takes a body. */
  public static Operation post(
      String type, String path, String target, Body body, Function<Call, Reply> work) {
    return of(type, "POST", path, target, body, work);
  }

  /** One that takes a body and puts it in the place of what is there. */
  public static Operation put(
      String type, String path, String target, Body body, Function<Call, Reply> work) {
    return of(type, "PUT", path, target, body, work);
  }

  /** The same, doing that in place of its work. */
  public Operation doing(Function<Call, Reply> other) {
    return new Operation(type, method, path, target, body, environments, slowBackend, other);
  }

  /** The same, told which calls take seconds. */
  public Operation slowWhere(Function<Call, @Nullable String> slow) {
    return new Operation(type, method, path, target, body, environments, slow, work);
  }

  /** The same, told how many environments a call concerns. */
  public Operation concerning(ToIntFunction<String> many) {
    return new Operation(type, method, path, target, body, many, slowBackend, work);
  }

  private static Operation of(
      String type,
      String method,
      String path,
      String target,
      Body body,
      Function<Call, Reply> work) {
    return new Operation(type, method, path, target, body, id -> 0, call -> null, work);
  }
}
