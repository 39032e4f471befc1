package io.splitgym.server.rest;

import io.javalin.http.Context;
import io.splitgym.server.problem.ProblemException;
import io.splitgym.server.wire.Encoding;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which encoding a body came in, and which one its answer goes out in. */
final class Negotiation {
  private static final String ALL =
      Arrays.stream(Encoding.values()).map(Encoding::mediaType).collect(Collectors.joining(" or "));

  private Negotiation() {}

  /**
   * The encoding of the body.
   *
   * @throws ProblemException if it is none that is known, or compressed
   */
  static Encoding ofBody(Context ctx) {
    String type = ctx.req().getContentType();
    Encoding encoding = type == null ? null : named(type);
    if (encoding == null) {
      throw ProblemException.unsupportedMediaType(
          "Content-Type", type == null ? "missing" : type, ALL + ", JSON in UTF-8");
    }
    String coding = ctx.header("Content-Encoding");
    if (coding != null && !coding.equalsIgnoreCase("identity")) {
      throw ProblemException.unsupportedMediaType(
          "Content-Encoding", coding, "absent: bodies are not compressed");
    }
    return encoding;
  }

  /**
   * The encoding of the answer: what Accept likes best, of those that it likes equally the body's
   * own, and JSON before CBOR.
   *
   * @throws ProblemException if Accept leaves none
   */
  static Encoding ofAnswer(Context ctx) {
    String accept = ctx.header("Accept");
    if (accept == null || accept.isBlank() || accept.equals("*/*")) {
      return ofBodyOrJson(ctx);
    }
    for (Encoding encoding : Encoding.values()) {
      if (accept.equals(encoding.mediaType())) {
        return encoding;
      }
    }
    Encoding best = null;
    double most = 0;
    for (Encoding encoding : Encoding.values()) {
      double liking = liking(accept, encoding);
      if (liking > most || (liking > 0 && liking == most && encoding == ofBodyOrJson(ctx))) {
        best = encoding;
        most = liking;
      }
    }
    if (best == null) {
      throw ProblemException.notAcceptable(accept, ALL);
    }
    return best;
  }

  /** The encoding of a problem; JSON where nothing better is asked for. */
  static Encoding ofProblem(Context ctx) {
    try {
      return ofAnswer(ctx);
    } catch (ProblemException e) {
      return Encoding.JSON;
    }
  }

  private static Encoding ofBodyOrJson(Context ctx) {
    String type = ctx.req().getContentType();
    Encoding encoding = type == null ? null : named(type);
    return encoding == null ? Encoding.JSON : encoding;
  }

  private static @Nullable Encoding named(String type) {
    for (Encoding encoding : Encoding.values()) {
      if (type.equals(encoding.mediaType())) {
        return encoding;
      }
    }
    String[] parts = type.split(";", -1);
    for (Encoding encoding : Encoding.values()) {
      if (parts[0].strip().equalsIgnoreCase(encoding.mediaType())) {
        return encoding == Encoding.JSON && !isUtf8(parts) ? null : encoding;
      }
    }
    return null;
  }

  private static boolean isUtf8(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip().toLowerCase(Locale.ROOT).replace("\"", "");
      if (parameter.startsWith("charset=") && !parameter.equals("charset=utf-8")) {
        return false;
      }
    }
    return true;
  }

  /** The weight that Accept gives an encoding: that of the most specific range that holds it. */
  private static double liking(String accept, Encoding encoding) {
    double liking = 0;
    int specific = -1;
    for (String range : accept.split(",", -1)) {
      String[] parts = range.split(";", -1);
      String type = parts[0].strip().toLowerCase(Locale.ROOT);
      int exactness =
          type.equals(encoding.mediaType()) || type.equals(encoding.problemType())
              ? 2
              : type.equals("application/*") ? 1 : type.equals("*/*") ? 0 : -1;
      if (exactness > specific) {
        specific = exactness;
        liking = weight(parts);
      } else if (exactness == specific && exactness >= 0) {
        liking = Math.max(liking, weight(parts));
      }
    }
    return liking;
  }

  private static double weight(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip();
      if (parameter.regionMatches(true, 0, "q=", 0, 2)) {
        try {
          return Math.max(0, Math.min(1, Double.parseDouble(parameter.substring(2).strip())));
        } catch (NumberFormatException e) {
          return 0;
        }
      }
    }
    return 1;
  }
}
