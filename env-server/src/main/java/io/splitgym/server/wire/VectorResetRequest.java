package io.splitgym.server.wire;

import io.splitgym.environment.VectorSeeds;
import io.splitgym.registry.MalformedRequestException;
import io.splitgym.registry.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the body of a vector's reset asks for.
 *
 * @param seeds an integer, a list with one for each environment, or none
 * @param mask which environments are reset; null for all
 * @param options the others, as they came
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record VectorResetRequest(
    VectorSeeds seeds, boolean @Nullable [] mask, Map<String, Object> options) {
  private static final String SEED = "seed";
  private static final String OPTIONS = "options";
  private static final String MASK = "reset_mask";

  /**
   * @throws MalformedRequestException if a field is unknown or of the wrong type
   */
  public static VectorResetRequest of(Map<String, @Nullable Object> body) {
    for (String name : body.keySet()) {
      if (!name.equals(SEED) && !name.equals(OPTIONS)) {
        throw MalformedRequestException.unknownField(name, List.of(SEED, OPTIONS));
      }
    }
    Map<String, Object> options = new LinkedHashMap<>();
    Object given = body.get(OPTIONS);
    if (given != null) {
      options.putAll(StateBody.object(OPTIONS, given));
    }
    boolean[] mask = options.containsKey(MASK) ? mask(options.remove(MASK)) : null;
    return new VectorResetRequest(seeds(body.get(SEED)), mask, options);
  }

  private static VectorSeeds seeds(@Nullable Object value) {
    if (value == null) {
      return VectorSeeds.none();
    }
    if (value instanceof List<?> list) {
      List<@Nullable Long> each = new ArrayList<>(list.size());
      for (Object seed : list) {
        each.add(seed == null ? null : (Long) Values.integer(SEED + "[" + each.size() + "]", seed));
      }
      return VectorSeeds.of(each);
    }
    if (value instanceof Number) {
      return VectorSeeds.from(Values.integer(SEED, value));
    }
    throw MalformedRequestException.wrongType(
        SEED, value, "an integer, or an array with one for each environment");
  }

  private static boolean[] mask(@Nullable Object value) {
    String path = OPTIONS + "." + MASK;
    if (!(value instanceof List<?> list)) {
      throw MalformedRequestException.wrongType(
          path, value, "an array of true and false, one for each environment");
    }
    boolean[] mask = new boolean[list.size()];
    for (int i = 0; i < mask.length; i++) {
      if (!(list.get(i) instanceof Boolean flag)) {
        throw MalformedRequestException.wrongType(
            path + "[" + i + "]", list.get(i), "true or false");
      }
      mask[i] = flag;
    }
    return mask;
  }
}
