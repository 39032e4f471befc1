package io.splitgym.server.rest;

import io.javalin.http.Context;
import io.splitgym.server.problem.ProblemException;
import io.splitgym.server.wire.JsonReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request's body: JSON, and not too much of it. */
final class RequestBody {
  private static final String JSON = "application/json";

  private static final int CHUNK = 8_192;

  /** How much of a refused body is read on so that its sender gets to see the answer: 8 MiB. */
  private static final int DRAINED = 1 << 23;

  private final int limit;
  private final Duration patience;

  /**
   * @param limit the most bytes of a body
   * @param patience how long a whole body may take
   */
  RequestBody(int limit, Duration patience) {
    this.limit = limit;
    this.patience = patience;
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
    byte[] bytes;
    try {
      InputStream in = ctx.req().getInputStream();
      bytes = upTo(limit + 1, in);
      if (bytes.length > limit) {
        upTo(DRAINED, in);
        throw ProblemException.bodyTooLarge(limit);
      }
    } catch (IOException e) {
      throw ProblemException.bodyBrokeOff();
    }
    if (bytes.length > 0) {
      requireJson(ctx);
    }
    return bytes;
  }

  /** Reads so many bytes or to the end; whoever trickles them in is turned away. */
  private byte[] upTo(int most, InputStream in) throws IOException {
    long start = System.nanoTime();
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    byte[] chunk = new byte[Math.min(most, CHUNK)];
    while (read.size() < most) {
      int count = in.read(chunk, 0, Math.min(chunk.length, most - read.size()));
      if (count < 0) {
        break;
      }
      read.write(chunk, 0, count);
      if (System.nanoTime() - start > patience.toNanos()) {
        throw ProblemException.bodyTooSlow(patience);
      }
    }
    return read.toByteArray();
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
    String[] parts = type.split(";", -1);
    if (!parts[0].strip().equalsIgnoreCase(JSON)) {
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
