package io.splitgym.server.rest;

import io.javalin.http.Context;
import io.splitgym.server.operation.Operation;
import io.splitgym.server.operation.RequestLimits;
import io.splitgym.server.problem.ProblemException;
import io.splitgym.server.wire.BodyReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** A request's body: one object in a known encoding, and not too much of it. */
public final class RequestBody {
  private static final int CHUNK = 8_192;

  /** How much of a refused body is read on so that its sender gets to see the answer: 8 MiB. */
  private static final int DRAINED = 1 << 23;

  private final RequestLimits limits;
  private final BodyReader reader;
  private final Duration patience;

  /**
   * @param patience how long a whole body may take
   */
  public RequestBody(RequestLimits limits, Duration patience) {
    this.limits = limits;
    this.reader = new BodyReader(limits.depth());
    this.patience = patience;
  }

  /** The fields of the object in it. */
  Map<String, @Nullable Object> fields(Context ctx, Operation operation, String target) {
    if (operation.body() == Operation.Body.NONE || operation.body() == Operation.Body.QUERY) {
      if (ctx.req().getContentLengthLong() != 0) {
        // what isn't read when the answer is out makes Jetty hang up without a word
        bytes(ctx);
      }
      return operation.body() == Operation.Body.QUERY ? query(ctx) : Map.of();
    }
    byte[] bytes = bytes(ctx, () -> limits.bytesFor(operation.environments().applyAsInt(target)));
    if (bytes.length == 0 && operation.body() == Operation.Body.OPTIONAL) {
      return Map.of();
    }
    return reader.object(Negotiation.ofBody(ctx), bytes);
  }

  private static Map<String, @Nullable Object> query(Context ctx) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    ctx.queryParamMap().forEach((name, values) -> fields.put(name, values.get(values.size() - 1)));
    return fields;
  }

  /** The fields of the object in it, which concerns one environment at most. */
  public Map<String, @Nullable Object> fields(Context ctx, boolean required) {
    byte[] bytes = bytes(ctx);
    if (bytes.length == 0 && !required) {
      return Map.of();
    }
    return reader.object(Negotiation.ofBody(ctx), bytes);
  }

  /** What there is of it, whatever it is. */
  public byte[] bytes(Context ctx) {
    return bytes(ctx, limits::bodyBytes);
  }

  private byte[] bytes(Context ctx, IntSupplier limitOfMore) {
    long declared = ctx.req().getContentLengthLong();
    try {
      InputStream in = ctx.req().getInputStream();
      if (declared >= 0 && declared <= limits.bodyBytes()) {
        return exactly((int) declared, in);
      }
      int limit = limitOfMore.getAsInt();
      byte[] bytes = upTo(limit + 1, in);
      if (bytes.length > limit) {
        upTo(DRAINED, in);
        throw ProblemException.bodyTooLarge(limit);
      }
      return bytes;
    } catch (IOException e) {
      throw ProblemException.bodyBrokeOff();
    }
  }

  private byte[] exactly(int length, InputStream in) throws IOException {
    byte[] bytes = new byte[length];
    long start = System.nanoTime();
    int read = 0;
    while (read < length) {
      int count = in.read(bytes, read, length - read);
      if (count < 0) {
        throw ProblemException.bodyBrokeOff();
      }
      read += count;
      requirePatience(start);
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
      requirePatience(start);
    }
    return read.toByteArray();
  }

  private void requirePatience(long start) {
    if (System.nanoTime() - start > patience.toNanos()) {
      throw ProblemException.bodyTooSlow(patience);
    }
  }
}
