package io.splitgym.space;

import io.splitgym.validation.InvalidValueException;
import java.util.Arrays;
import java.util.List;

/**
 * A product of closed float32 intervals, one-dimensional.
 *
 * @param names what each dimension holds, in order, such as {@code sigma}
 * @param low the least value of each dimension
 * @param high the greatest value of each dimension
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out, compared by value
public record Box(List<String> names, float[] low, float[] high) implements Space {
  public Box {
    names = List.copyOf(names);
    low = low.clone();
    high = high.clone();
    if (low.length != names.size() || high.length != names.size()) {
      throw new InvalidValueException(
          "low and high",
          low.length + " and " + high.length + " values",
          "one value for each of the " + names.size() + " names");
    }
    for (int i = 0; i < low.length; i++) {
      if (!(low[i] <= high[i])) {
        throw new InvalidValueException("low of " + names.get(i), low[i], "at most " + high[i]);
      }
    }
  }

  @Override
  public float[] low() {
    return low.clone();
  }

  @Override
  public float[] high() {
    return high.clone();
  }

  /** The number of dimensions. */
  public int size() {
    return low.length;
  }

  @Override
  public boolean contains(SpaceElement element) {
    if (!(element instanceof BoxElement box) || box.values().length != low.length) {
      return false;
    }
    for (int i = 0; i < low.length; i++) {
      if (!(box.at(i) >= low[i] && box.at(i) <= high[i])) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Box box
        && names.equals(box.names)
        && Arrays.equals(low, box.low)
        && Arrays.equals(high, box.high);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * names.hashCode() + Arrays.hashCode(low)) + Arrays.hashCode(high);
  }

  @Override
  public String toString() {
    return "Box" + names + Arrays.toString(low) + Arrays.toString(high);
  }
}
