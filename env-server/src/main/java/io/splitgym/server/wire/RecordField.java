package io.splitgym.server.wire;

import io.splitgym.registry.MalformedRequestException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a creation, and beside them whether episodes are to be recorded, which is nothing
 * of the environment's own.
 *
 * @param record null where it isn't said
 */
public record RecordField(@Nullable Boolean record, Map<String, @Nullable Object> others) {
  private static final String NAME = "record";

  /**
   * @throws MalformedRequestException if it is neither true nor false
   */
  public static RecordField of(Map<String, @Nullable Object> fields) {
    if (!fields.containsKey(NAME)) {
      return new RecordField(null, fields);
    }
    Object value = fields.get(NAME);
    if (!(value instanceof Boolean record)) {
      throw MalformedRequestException.wrongType(NAME, value, "true or false");
    }
    Map<String, @Nullable Object> others = new LinkedHashMap<>(fields);
    others.remove(NAME);
    return new RecordField(record, others);
  }
}
