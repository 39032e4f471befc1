package io.splitgym.server.rest;

import io.javalin.http.Context;
import io.splitgym.server.problem.ProblemException;
import io.splitgym.server.wire.JsonReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request's body: JSON, and not too much of it. */
final class RequestBody {
  private static final String JSON = "application/json";

  /** How much of a refused body is read so that its sender gets to see the answer. */
  private static final int DRAINED = 8;

  private final int limit;

  /**
   * @param limit the most bytes of a body
   */
  RequestBody(int limit) {
    this.limit = limit;
  }

  /** The object in it. */
  Map<String, @Nullable Object> object(Context ctx) {
    return JsonReader.object(bytes(ctx));
  }

  /** The object in it; an empty one if there is no body. */
  Map<String, @Nullable Object> objectOrNothing(Context ctx) {
    byte[] bytes = bytes(ctx);
    return bytes.length == 0 ? Map.of() : JsonReader.object(bytes);
  }

  private byte[] bytes(Context ctx) {
    try {
      InputStream in = ctx.req().getInputStream();
      byte[] bytes = in.readNBytes(limit + 1);
      if (bytes.length > limit) {
        in.skip((long) limit * DRAINED);
        throw ProblemException.bodyTooLarge(limit);
      }
      if (bytes.length > 0) {
        requireJson(ctx);
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException("a request's body broke off", e);
    }
  }

  private static void requireJson(Context ctx) {
    String type = ctx.req().getContentType();
    if (type == null || !isJson(type)) {
      throw ProblemException.unsupportedMediaType(
          "Content-Type", type == null ? "missing" : type, JSON + ", in UTF-8");
    }
    String encoding = ctx.header("Content-Encoding");
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw ProblemException.unsupportedMediaType(
          "Content-Encoding", encoding, "absent: bodies are not compressed");
    }
  }

  private static boolean isJson(String type) {
    String[] parts = type.split(";");
    if (parts.length == 0 || !parts[0].strip().equalsIgnoreCase(JSON)) {
      return false;
    }
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip().toLowerCase(Locale.ROOT).replace("\"", "");
      if (parameter.startsWith("charset=") && !parameter.equals("charset=utf-8")) {
        return false;
      }
    }
    return true;
  }
}
