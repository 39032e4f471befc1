package io.splitgym.server.websocket;

import io.splitgym.registry.MalformedRequestException;
import io.splitgym.registry.Values;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client sent: {@code {"id": n, "type": "step", "environment": "...", "action": 2}}. What
 * isn't named here is a field of the operation's body.
 *
 * @param type the operation's
 * @param fields without id and type
 */
record Message(String type, Map<String, @Nullable Object> fields) {
  private static final String ID = "id";
  private static final String TYPE = "type";
  private static final String IDEMPOTENCY_KEY = "idempotencyKey";

  /**
   * The number that the answer repeats, taken out of the fields.
   *
   * @throws MalformedRequestException if there is none
   */
  static long takeId(Map<String, @Nullable Object> fields) {
    if (!fields.containsKey(ID)) {
      throw MalformedRequestException.missing(ID, "an integer, which the answer repeats");
    }
    return Values.integer(ID, fields.remove(ID));
  }

  /**
   * The rest of the message.
   *
   * @param fields without id
   * @throws MalformedRequestException if there is no type
   */
  static Message of(Map<String, @Nullable Object> fields) {
    return new Message(takeText(fields, TYPE), fields);
  }

  /** The id of what the message is about, taken out of the fields. */
  String takeTarget(String name) {
    return takeText(fields, name);
  }

  /** What marks a repeated message as the same one, taken out of the fields. */
  @Nullable String takeIdempotencyKey() {
    return fields.containsKey(IDEMPOTENCY_KEY) ? takeText(fields, IDEMPOTENCY_KEY) : null;
  }

  private static String takeText(Map<String, @Nullable Object> fields, String name) {
    if (!fields.containsKey(name)) {
      throw MalformedRequestException.missing(name, "a text");
    }
    Object value = fields.remove(name);
    if (value instanceof String text) {
      return text;
    }
    throw MalformedRequestException.wrongType(name, value, "a text");
  }
}
