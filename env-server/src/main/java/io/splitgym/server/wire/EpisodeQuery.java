package io.splitgym.server.wire;

import io.splitgym.registry.MalformedRequestException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which recorded episodes are asked for.
 *
 * @param environment whose; null for all
 */
public record EpisodeQuery(PageRequest page, @Nullable String environment) {
  private static final String ENVIRONMENT = "environment";

  /**
   * @throws MalformedRequestException if a field is unknown or has the wrong type
   */
  public static EpisodeQuery ofListing(Map<String, @Nullable Object> fields) {
    Map<String, @Nullable Object> rest = new LinkedHashMap<>(fields);
    rest.remove(ENVIRONMENT);
    return new EpisodeQuery(PageRequest.of(rest), text(fields));
  }

  /**
   * Whose episodes are to be deleted; null for all.
   *
   * @throws MalformedRequestException if a field is unknown or has the wrong type
   */
  public static @Nullable String environment(Map<String, @Nullable Object> fields) {
    for (String name : fields.keySet()) {
      if (!name.equals(ENVIRONMENT)) {
        throw MalformedRequestException.unknownField(name, List.of(ENVIRONMENT));
      }
    }
    return text(fields);
  }

  private static @Nullable String text(Map<String, @Nullable Object> fields) {
    Object value = fields.get(ENVIRONMENT);
    if (fields.containsKey(ENVIRONMENT) && !(value instanceof String)) {
      throw MalformedRequestException.wrongType(ENVIRONMENT, value, "a text");
    }
    return (String) value;
  }
}
