package io.splitgym.server.problem;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A request that HTTP itself refuses: where it goes, what it carries, who sends it. */
public final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  private ProblemException(Problem problem) {
    super(problem.body().detail(), null, false, false);
    this.problem = problem;
  }

  public static ProblemException unknownSpec(String id, List<String> known) {
    return new ProblemException(
        Problem.Kind.UNKNOWN_SPEC.with(
            "no spec has the id " + id, "spec", id, "one of " + String.join(", ", known)));
  }

  public static ProblemException unknownEpisode(String id) {
    return new ProblemException(
        Problem.Kind.UNKNOWN_EPISODE.with(
            "no recorded episode has the id " + id, "id", id, "the id of a recorded episode"));
  }

  public static ProblemException notFound(String path) {
    return new ProblemException(
        Problem.Kind.NOT_FOUND.with("no route has the path " + path + "; see /openapi.yaml"));
  }

  public static ProblemException methodNotAllowed(String method, Set<String> allowed) {
    String methods = String.join(", ", new TreeSet<>(allowed));
    return new ProblemException(
        Problem.Kind.METHOD_NOT_ALLOWED
            .with(
                "the method " + method + " is not known here, must be one of " + methods,
                "method",
                method,
                "one of " + methods)
            .withHeader("Allow", methods));
  }

  public static ProblemException bodyTooLarge(int limit) {
    return new ProblemException(
        Problem.Kind.BODY_TOO_LARGE.with(
            "the body has more than " + limit + " bytes",
            "body",
            null,
            "at most " + limit + " bytes"));
  }

  public static ProblemException bodyTooSlow(Duration patience) {
    return new ProblemException(
        Problem.Kind.TIMED_OUT.with(
            "the body took too long",
            "body",
            null,
            "sent within " + patience.toSeconds() + " seconds"));
  }

  public static ProblemException bodyBrokeOff() {
    return new ProblemException(Problem.Kind.BAD_REQUEST.with("the body broke off"));
  }

  /** Memory for those who are slow is used up. */
  public static ProblemException tooMuchWaiting() {
    return new ProblemException(
        Problem.Kind.TOO_MUCH_WAITING
            .with(
                "bodies that aren't whole, and answers that nobody reads, have as many bytes as"
                    + " they may; send the body in one go")
            .withHeader("Retry-After", "1"));
  }

  /** It takes nothing new, or gave up what was asked for. */
  public static ProblemException stopping() {
    return new ProblemException(
        Problem.Kind.STOPPING
            .with("the server is stopping; what was asked for did not happen")
            .withHeader("Retry-After", "10"));
  }

  /** It is full. */
  public static ProblemException notReady() {
    return new ProblemException(
        Problem.Kind.NOT_READY
            .with("the server holds as many environments as it may")
            .withHeader("Retry-After", "10"));
  }

  /** A slow backend that went on for longer than it may. */
  public static ProblemException tookTooLong(String backend, Duration time) {
    return new ProblemException(
        Problem.Kind.TOOK_TOO_LONG
            .with(
                "the call on backend "
                    + backend
                    + " was not done in time; it goes on, and a description of the environment"
                    + " tells how many steps were taken",
                "time",
                null,
                "at most " + time.toSeconds() + " seconds")
            .withHeader("Retry-After", "10"));
  }

  /** An answer is wanted in a form that there isn't. */
  public static ProblemException notAcceptable(String header, String allowed) {
    return new ProblemException(
        Problem.Kind.NOT_ACCEPTABLE.with(
            "Accept is " + header + ", must be " + allowed, "Accept", header, allowed));
  }

  /** A plain request where a WebSocket is expected. */
  public static ProblemException upgradeRequired() {
    return new ProblemException(
        Problem.Kind.UPGRADE_REQUIRED
            .with("this path is for WebSockets, which start with Upgrade: websocket")
            .withHeader("Upgrade", "websocket"));
  }

  /** A web page of another origin. */
  public static ProblemException originNotAllowed(String origin) {
    return new ProblemException(
        Problem.Kind.ORIGIN_NOT_ALLOWED.with(
            "a web page of another origin may not ask, here " + origin,
            "Origin",
            origin,
            "this server's own, or one that it was started with"));
  }

  /**
   * A body that is in none of the known encodings.
   *
   * @param header what was sent, or "missing"
   */
  public static ProblemException unsupportedMediaType(String field, String header, String allowed) {
    return new ProblemException(
        Problem.Kind.UNSUPPORTED_MEDIA_TYPE.with(
            field + " is " + header + ", must be " + allowed, field, header, allowed));
  }

  public static ProblemException unauthorized() {
    return new ProblemException(
        Problem.Kind.UNAUTHORIZED
            .with(
                "this server asks for the header Authorization: Bearer TOKEN, with the token that"
                    + " it was started with")
            .withHeader("WWW-Authenticate", "Bearer realm=\"splitgym\""));
  }

  public static ProblemException hostNotAllowed(String host) {
    String allowed = "this machine's own name or address";
    return new ProblemException(
        Problem.Kind.HOST_NOT_ALLOWED.with(
            "a server on loopback answers only to its own name, not to " + host,
            "Host",
            host,
            allowed));
  }

  /** The answer that it stands for. */
  public Problem problem() {
    return problem;
  }
}
