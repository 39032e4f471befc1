package io.splitgym.server.wire;

import io.splitgym.registry.MalformedRequestException;
import io.splitgym.registry.Values;
import io.splitgym.validation.InvalidValueException;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a list is asked for.
 *
 * @param after where the part before ended, or -1
 * @param limit at most so many
 */
public record PageRequest(long after, int limit) {
  private static final int MOST = 1_000;
  private static final int DEFAULT = 100;
  private static final String AFTER = "after";
  private static final String LIMIT = "limit";

  /**
   * @throws MalformedRequestException if a field is unknown or isn't an integer
   * @throws InvalidValueException if one is out of range
   */
  public static PageRequest of(Map<String, @Nullable Object> fields) {
    long after = -1;
    long limit = DEFAULT;
    for (Map.Entry<String, @Nullable Object> field : fields.entrySet()) {
      switch (field.getKey()) {
        case AFTER:
          after = integer(AFTER, field.getValue());
          break;
        case LIMIT:
          limit = integer(LIMIT, field.getValue());
          break;
        default:
          throw MalformedRequestException.unknownField(field.getKey(), List.of(LIMIT, AFTER));
      }
    }
    if (limit < 1 || limit > MOST) {
      throw new InvalidValueException(LIMIT, limit, "in [1, " + MOST + "]");
    }
    return new PageRequest(after, (int) limit);
  }

  /** In HTTP's query a number is a text. */
  private static long integer(String field, @Nullable Object value) {
    if (value instanceof String text) {
      if (!text.matches("-?[0-9]{1,1000}")) {
        throw MalformedRequestException.wrongType(field, value, "an integer");
      }
      return Values.integer(field, new BigInteger(text));
    }
    return Values.integer(field, value);
  }
}
