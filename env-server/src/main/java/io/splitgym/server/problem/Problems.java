package io.splitgym.server.problem;

import io.splitgym.durability.DurabilityException;
import io.splitgym.environment.EpisodeNotRunningException;
import io.splitgym.recording.RecordingException;
import io.splitgym.registry.BackendLoadingException;
import io.splitgym.registry.BackendUnavailableException;
import io.splitgym.registry.MalformedRequestException;
import io.splitgym.server.wire.MalformedBodyException;
import io.splitgym.session.OtherModelException;
import io.splitgym.session.RequestKeyReusedException;
import io.splitgym.session.UnknownSessionException;
import io.splitgym.session.UnreadSessionException;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.LimitReachedException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From an exception to the answer. What nobody expected is logged, and told nothing of. */
public final class Problems {
  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

  private Problems() {}

  /** The answer to that failure. */
  public static Problem of(Throwable failure) {
    if (failure instanceof ProblemException e) {
      return e.problem();
    }
    if (failure instanceof InvalidValueException e) {
      return Problem.Kind.VALUE_NOT_ALLOWED.with(message(e), e.field(), e.value(), e.allowed());
    }
    if (failure instanceof MalformedRequestException e) {
      return Problem.Kind.MALFORMED_REQUEST.with(message(e), e.field(), e.value(), e.allowed());
    }
    if (failure instanceof MalformedBodyException e) {
      return Problem.Kind.MALFORMED_BODY.with(message(e));
    }
    if (failure instanceof UnknownSessionException e) {
      return Problem.Kind.UNKNOWN_ENVIRONMENT.with(
          message(e), "id", e.id(), "the id of a live environment");
    }
    if (failure instanceof EpisodeNotRunningException e) {
      return Problem.Kind.EPISODE_NOT_RUNNING.with(message(e));
    }
    if (failure instanceof BackendUnavailableException e) {
      return Problem.Kind.BACKEND_UNAVAILABLE.withCommand(
          message(e) + "; run: " + e.command(), e.command());
    }
    if (failure instanceof OtherModelException e) {
      return Problem.Kind.OTHER_MODEL.with(message(e), "fingerprint", e.found(), e.expected());
    }
    if (failure instanceof UnreadSessionException e) {
      return Problem.Kind.OTHER_PROGRAM.with(message(e), "id", e.id(), null);
    }
    if (failure instanceof RequestKeyReusedException e) {
      return Problem.Kind.REQUEST_KEY_REUSED.with(
          message(e), "Idempotency-Key", e.key(), "a new one for each request");
    }
    if (failure instanceof RecordingException e) {
      LOG.error("episodes can't be kept", e);
      return Problem.Kind.STORAGE_FAILED.with("recorded episodes can't be read or written");
    }
    if (failure instanceof DurabilityException) {
      LOG.error("sessions can't be kept", failure);
      return Problem.Kind.STORAGE_FAILED.with(
          "what was asked for could not be kept and did not happen; the server's log has more");
    }
    if (failure instanceof BackendLoadingException e) {
      return Problem.Kind.BACKEND_LOADING
          .with(message(e))
          .withHeader("Retry-After", seconds(e.retryAfter()));
    }
    if (failure instanceof LimitReachedException e) {
      return Problem.Kind.LIMIT_REACHED
          .with(message(e), e.limit(), null, e.allowed())
          .withHeader("Retry-After", seconds(e.retryAfter()));
    }
    LOG.error("unexpected", failure);
    return Problem.Kind.INTERNAL_ERROR.with(
        "something failed that should not have; the server's log has more");
  }

  /** The answer to a request whose first line has more bytes than that. */
  public static Problem addressTooLong(int most) {
    return tooLong(Problem.Kind.ADDRESS_TOO_LONG, "the address has", most);
  }

  /** The answer to a request whose first line and header have more bytes than that. */
  public static Problem headerTooLarge(int most) {
    return tooLong(Problem.Kind.HEADER_TOO_LARGE, "the address and the header have", most);
  }

  private static Problem tooLong(Problem.Kind kind, String what, int most) {
    return kind.with(
        what + " more than " + most + " bytes", "max-header-bytes", null, "at most " + most);
  }

  /** The answer to a request that never came as far as a route. */
  public static Problem ofStatus(int status, @Nullable String reason) {
    String detail = reason == null || reason.isBlank() ? "status " + status : reason;
    return switch (status) {
      case 404 -> Problem.Kind.NOT_FOUND.with(detail);
      case 405 -> Problem.Kind.METHOD_NOT_ALLOWED.with(detail);
      case 408 -> Problem.Kind.TIMED_OUT.with(detail);
      case 426 -> Problem.Kind.UPGRADE_REQUIRED.with(detail);
      case 413 -> Problem.Kind.BODY_TOO_LARGE.with(detail);
      default ->
          status < 500
              ? Problem.Kind.BAD_REQUEST.withStatus(status, detail)
              : Problem.Kind.INTERNAL_ERROR.withStatus(status, "the server can't answer now");
    };
  }

  private static String message(Exception failure) {
    return String.valueOf(failure.getMessage());
  }

  /** Whole seconds, at least 1, as the header Retry-After has them. */
  private static String seconds(Duration time) {
    return Long.toString(Math.max(1, time.plusMillis(999).toSeconds()));
  }
}
