package io.splitgym.server.openenv;

import io.splitgym.server.wire.Encoding;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a connection says next.
 *
 * @param text a message, or null to say nothing
 * @param closeCode what the connection closes with afterwards, or 0 to stay
 */
record Reply(@Nullable String text, int closeCode) {
  static final int NORMAL = 1_000;
  static final int GOING_AWAY = 1_001;
  static final int UNSUPPORTED_DATA = 1_003;
  static final int SERVER_ERROR = 1_011;
  static final int TRY_AGAIN_LATER = 1_013;

  /** Nothing to say. */
  static final Reply NONE = new Reply(null, 0);

  /** Nothing more to say. */
  static final Reply LAST = new Reply(null, NORMAL);

  /** A message as it is. */
  static Reply of(Map<String, @Nullable Object> message) {
    return new Reply(text(message), 0);
  }

  /** A message as it is, and then nothing more. */
  static Reply lastOf(Map<String, @Nullable Object> message) {
    return new Reply(text(message), NORMAL);
  }

  /** A message of that type. */
  static Reply of(String type, Object data) {
    Map<String, @Nullable Object> message = new LinkedHashMap<>();
    message.put("type", type);
    message.put("data", data);
    return of(message);
  }

  private static String text(Map<String, @Nullable Object> message) {
    return new String(Encoding.JSON.bytes(message), StandardCharsets.UTF_8);
  }

  /**
   * An error; those that leave the connection without an environment close it.
   *
   * @param more what else the data holds, by name
   */
  static Reply error(ErrorCode code, String message, Map<String, ?> more) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("message", message);
    data.put("code", code.name());
    data.putAll(more);
    int closeCode =
        switch (code) {
          case CAPACITY_REACHED -> TRY_AGAIN_LATER;
          case FACTORY_ERROR, SESSION_ERROR -> SERVER_ERROR;
          case INVALID_JSON, UNKNOWN_TYPE, VALIDATION_ERROR, EXECUTION_ERROR -> 0;
        };
    return new Reply(of("error", data).text(), closeCode);
  }
}
