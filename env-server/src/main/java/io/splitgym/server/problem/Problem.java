package io.splitgym.server.problem;

import io.splitgym.server.wire.ProblemBody;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer that says what went wrong.
 *
 * @param headers what else the status asks for, such as Retry-After
 */
public record Problem(ProblemBody body, Map<String, String> headers) {
  public Problem {
    headers = Map.copyOf(headers);
  }

  /** The kinds of problem; each has one status. */
  public enum Kind {
    MALFORMED_BODY(400, "The body is not one object"),
    MALFORMED_REQUEST(400, "A field is unknown, missing or of the wrong type"),
    BAD_REQUEST(400, "The request is not HTTP as it should be"),
    UNAUTHORIZED(401, "A token is needed"),
    HOST_NOT_ALLOWED(403, "The Host header names another machine"),
    ORIGIN_NOT_ALLOWED(403, "A page from elsewhere may not ask"),
    NOT_FOUND(404, "There is nothing here"),
    UNKNOWN_ENVIRONMENT(404, "There is no such environment"),
    UNKNOWN_EPISODE(404, "There is no such episode"),
    UNKNOWN_SPEC(404, "There is no such spec"),
    METHOD_NOT_ALLOWED(405, "The path doesn't know the method"),
    NOT_ACCEPTABLE(406, "The answer has no such form"),
    TIMED_OUT(408, "The request came too slowly"),
    EPISODE_NOT_RUNNING(409, "No episode is running"),
    BACKEND_UNAVAILABLE(409, "The backend lacks something that can be got"),
    BACKEND_LOADING(409, "The backend is still loading"),
    OTHER_MODEL(409, "Another model answers here now"),
    OTHER_PROGRAM(409, "Another version of the server left the environment"),
    BODY_TOO_LARGE(413, "The body is too large"),
    ADDRESS_TOO_LONG(414, "The address is too long"),
    UNSUPPORTED_MEDIA_TYPE(415, "The body is in no known form"),
    VALUE_NOT_ALLOWED(422, "A value is not allowed"),
    REQUEST_KEY_REUSED(422, "The Idempotency-Key belongs to another request"),
    UPGRADE_REQUIRED(426, "This path is for WebSockets"),
    LIMIT_REACHED(429, "A limit of the server is reached"),
    HEADER_TOO_LARGE(431, "The header is too large"),
    INTERNAL_ERROR(500, "The server failed"),
    NOT_READY(503, "The server takes no more environments now"),
    TOO_MUCH_WAITING(503, "Too much waits for slow clients"),
    STOPPING(503, "The server is stopping"),
    TOOK_TOO_LONG(503, "The call takes longer than it may"),
    STORAGE_FAILED(507, "What happened can't be kept");

    private final int status;
    private final String title;

    Kind(int status, String title) {
      this.status = status;
      this.title = title;
    }

    int status() {
      return status;
    }

    /** A URI of our own: there is no page behind it. */
    private String type() {
      return "urn:splitgym:problem:" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    Problem with(String detail) {
      return of(status, detail, null, null, null, null);
    }

    Problem with(
        String detail, @Nullable String field, @Nullable String value, @Nullable String allowed) {
      return of(status, detail, field, value, allowed, null);
    }

    /**
     * @param command a command line that helps
     */
    Problem withCommand(String detail, String command) {
      return of(status, detail, null, null, null, command);
    }

    /**
     * @param answered the status instead of the kind's own, where that one has no kind
     */
    Problem withStatus(int answered, String detail) {
      return of(answered, detail, null, null, null, null);
    }

    private Problem of(
        int answered,
        String detail,
        @Nullable String field,
        @Nullable String value,
        @Nullable String allowed,
        @Nullable String command) {
      return new Problem(
          new ProblemBody(type(), title, answered, detail, field, value, allowed, command),
          Map.of());
    }
  }

  /** The same, with a header. */
  Problem withHeader(String name, String value) {
    return new Problem(body, Map.of(name, value));
  }
}
