package io.splitgym.environment;

import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a reset restarts the randomness of each environment of a vector with, if with anything: one
 * of the two, or neither.
 *
 * @param first environment i gets {@code first + i}
 * @param each one for each environment; where it is null, that one goes on from where it stands
 */
public record VectorSeeds(@Nullable Long first, @Nullable List<@Nullable Long> each) {
  private static final VectorSeeds NONE = new VectorSeeds(null, null);

  public VectorSeeds {
    if (first != null && each != null) {
      throw new InvalidValueException("seed", first + " and " + each, "one of both");
    }
    each = each == null ? null : Collections.unmodifiableList(new ArrayList<>(each));
  }

  /** None: each goes on from where it stands. */
  public static VectorSeeds none() {
    return NONE;
  }

  /** Environment i gets {@code first + i}. */
  public static VectorSeeds from(long first) {
    return new VectorSeeds(first, null);
  }

  /** One for each environment; where it is null, that one goes on from where it stands. */
  public static VectorSeeds of(List<@Nullable Long> each) {
    return new VectorSeeds(null, each);
  }

  /**
   * @throws InvalidValueException unless these are seeds for so many environments
   */
  void requireFor(int count) {
    if (first != null && first > Long.MAX_VALUE - (count - 1)) {
      throw new InvalidValueException("seed", first, "at most " + (Long.MAX_VALUE - (count - 1)));
    }
    if (each != null && each.size() != count) {
      throw new InvalidValueException(
          "seed", each.size() + " seeds", count + " seeds, one for each environment");
    }
  }

  /** That of one environment. */
  @Nullable Long of(int environment) {
    if (each != null) {
      return each.get(environment);
    }
    return first == null ? null : (Long) (first + environment);
  }
}
