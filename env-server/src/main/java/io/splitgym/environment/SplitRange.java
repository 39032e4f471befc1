package io.splitgym.environment;

import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import java.util.List;

/**
 * The split points p that an environment knows: layers 1..p run on the user equipment.
 *
 * @param min at least 1
 * @param max at least {@code min}
 */
public record SplitRange(int min, int max) {
  public SplitRange {
    if (min < 1 || max < min) {
      throw new InvalidValueException(
          "splitRange", "[" + min + ", " + max + "]", "two integers, 1 <= lowest <= highest");
    }
  }

  /** Every split of a model with that many layers that leaves both sides at least one. */
  public static SplitRange ofModel(int layers) {
    return new SplitRange(1, layers - 1);
  }

  /** Moves a split by {@code delta} layers, as far as fits. */
  public int move(int split, int delta) {
    return (int) Math.max(min, Math.min(max, (long) split + delta));
  }

  public boolean contains(int split) {
    return split >= min && split <= max;
  }

  public boolean contains(SplitRange other) {
    return contains(other.min) && contains(other.max);
  }

  /** Uniform; takes one number from the stream. */
  int draw(RandomStream random) {
    return random.nextInteger(min, max);
  }

  List<Integer> asList() {
    return List.of(min, max);
  }

  @Override
  public String toString() {
    return "[" + min + ", " + max + "]";
  }
}
