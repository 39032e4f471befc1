package io.splitgym.server.rest;

import io.javalin.http.Context;
import io.splitgym.server.exchange.WholeBodies;
import io.splitgym.server.operation.Operation;
import io.splitgym.server.operation.RequestLimits;
import io.splitgym.server.problem.ProblemException;
import io.splitgym.server.wire.BodyReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A request's body: one object in a known encoding, and not too much of it. It is there already,
 * see {@link WholeBodies}.
 */
public final class RequestBody {
  private final RequestLimits limits;
  private final BodyReader reader;

  public RequestBody(RequestLimits limits) {
    this.limits = limits;
    this.reader = new BodyReader(limits.depth());
  }

  /** The fields of the object in it. */
  Map<String, @Nullable Object> fields(Context ctx, Operation operation, String target) {
    if (operation.body() == Operation.Body.NONE || operation.body() == Operation.Body.QUERY) {
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
    WholeBodies.requireWhole(ctx.req()::getAttribute);
    long declared = ctx.req().getContentLengthLong();
    try {
      InputStream in = ctx.req().getInputStream();
      if (declared >= 0 && declared <= limits.bodyBytes()) {
        return exactly((int) declared, in);
      }
      int limit = limitOfMore.getAsInt();
      byte[] bytes = declared > limit ? new byte[0] : in.readNBytes(limit + 1);
      if (declared > limit || bytes.length > limit) {
        throw ProblemException.bodyTooLarge(limit);
      }
      return bytes;
    } catch (IOException e) {
      throw ProblemException.bodyBrokeOff();
    }
  }

  private static byte[] exactly(int length, InputStream in) throws IOException {
    byte[] bytes = new byte[length];
    if (in.readNBytes(bytes, 0, length) < length) {
      throw ProblemException.bodyBrokeOff();
    }
    return bytes;
  }
}
