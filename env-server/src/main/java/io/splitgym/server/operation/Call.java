package io.splitgym.server.operation;

import io.splitgym.session.RequestKey;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request, whatever it came over.
 *
 * @param target the id that the path holds, such as an environment's; empty where it holds none
 * @param fields the body's; empty where there is none
 * @param idempotencyKey what marks a repeated request as the same one, or null
 * @param client who asks, for limits that hold for each client
 */
public record Call(
    String target,
    Map<String, @Nullable Object> fields,
    @Nullable String idempotencyKey,
    String client) {
  /** The idempotency key as sessions know it; null where the request has none. */
  @Nullable RequestKey requestKey() {
    return idempotencyKey == null ? null : new RequestKey(idempotencyKey);
  }
}
