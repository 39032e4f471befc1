package io.splitgym.server.operation;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a call led to.
 *
 * @param status of HTTP, below 300
 * @param body one of the package wire's, or null for none
 * @param headers what else HTTP has to say
 */
public record Reply(int status, @Nullable Object body, Map<String, String> headers) {
  private static final int OK = 200;
  private static final int CREATED = 201;
  private static final int NO_CONTENT = 204;

  /** It went well, and here is what came of it. */
  public static Reply of(Object body) {
    return new Reply(OK, body, Map.of());
  }

  /** It was made, and lives at that path. */
  public static Reply created(String path, Object body) {
    return new Reply(CREATED, body, Map.of("Location", path));
  }

  /** It went well, and there is nothing to say. */
  public static Reply nothing() {
    return new Reply(NO_CONTENT, null, Map.of());
  }
}
