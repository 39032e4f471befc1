package io.splitgym.server.wire;

import io.splitgym.registry.MalformedRequestException;
import io.splitgym.registry.Values;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a reset's body asks for.
 *
 * @param seed null goes on from where the environment's randomness stands
 * @param options as they came
 */
public record ResetRequest(@Nullable Long seed, Map<String, Object> options) {
  private static final String SEED = "seed";
  private static final String OPTIONS = "options";

  /**
   * @throws MalformedRequestException if a field is unknown or of the wrong type
   */
  public static ResetRequest of(Map<String, @Nullable Object> body) {
    Long seed = null;
    Map<String, Object> options = Map.of();
    for (Map.Entry<String, @Nullable Object> field : body.entrySet()) {
      Object value = field.getValue();
      switch (field.getKey()) {
        case SEED:
          seed = value == null ? null : Values.integer(SEED, value);
          break;
        case OPTIONS:
          options = value == null ? Map.of() : objectOf(value);
          break;
        default:
          throw MalformedRequestException.unknownField(field.getKey(), List.of(SEED, OPTIONS));
      }
    }
    return new ResetRequest(seed, options);
  }

  @SuppressWarnings("unchecked") // the reader makes maps with texts as keys, and no others
  private static Map<String, Object> objectOf(Object value) {
    if (value instanceof Map<?, ?> map) {
      return (Map<String, Object>) map;
    }
    throw MalformedRequestException.wrongType(OPTIONS, value, "an object");
  }
}
