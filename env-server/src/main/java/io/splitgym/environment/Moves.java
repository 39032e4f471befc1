package io.splitgym.environment;

import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Each action moves the split by some layers, as far as fits.
 *
 * @param deltas by how many layers each action moves it, negative towards the input; 1 to {@value
 *     #MOST}, no two the same
 */
public record Moves(List<Integer> deltas) implements ActionSet {
  /** The numbers of actions that the symmetric sets have. */
  public static final List<Integer> CHOICES = List.of(3, 5, 7, 9);

  static final String KIND = "moves";
  static final int MOST = 64;
  static final int FARTHEST = 10_000;

  public Moves {
    deltas = List.copyOf(deltas);
    if (deltas.isEmpty()
        || deltas.size() > MOST
        || new HashSet<>(deltas).size() < deltas.size()
        || Collections.max(deltas) > FARTHEST
        || Collections.min(deltas) < -FARTHEST) {
      throw new InvalidValueException("moves", deltas, allowed());
    }
  }

  /**
   * The symmetric set: 0 stays, 1 and 2 move by -1 and +1 layer, 3 and 4 by -2 and +2, and so on.
   *
   * @param actions 3, 5, 7 or 9
   */
  public Moves(int actions) {
    this(symmetric(actions));
  }

  static String allowed() {
    return "1 to " + MOST + " different integers in [-" + FARTHEST + ", " + FARTHEST + "]";
  }

  /** Whether it is one of the symmetric sets. */
  boolean isSymmetric() {
    return CHOICES.contains(deltas.size()) && deltas.equals(symmetric(deltas.size()));
  }

  @Override
  public int actions() {
    return deltas.size();
  }

  /** By how many layers an action moves the split, before the range's ends cut it short. */
  public int delta(int action) {
    Require.inRange("action", action, 0, actions() - 1);
    return deltas.get(action);
  }

  /** The most layers that one action moves the split by. */
  public int farthest() {
    return deltas.stream().mapToInt(Math::abs).max().orElseThrow();
  }

  @Override
  public int target(int split, int action, SplitRange splits) {
    return splits.move(split, delta(action));
  }

  @Override
  public void mask(int split, SplitRange splits, byte[] into, int at) {
    for (int action = 0; action < actions(); action++) {
      into[at + action] = (byte) (isWorthTaking(action, split, splits) ? 1 : 0);
    }
  }

  private boolean isWorthTaking(int action, int split, SplitRange splits) {
    int target = target(split, action, splits);
    if (target == split + delta(action)) {
      return true;
    }
    for (int other = 0; other < actions(); other++) {
      boolean inFull = split + delta(other) == target;
      if (inFull || (other < action && target(split, other, splits) == target)) {
        return false;
      }
    }
    return true;
  }

  private static List<Integer> symmetric(int actions) {
    if (!CHOICES.contains(actions)) {
      throw new InvalidValueException("actions", actions, "3, 5, 7 or 9");
    }
    return IntStream.range(0, actions)
        .mapToObj(action -> action % 2 == 1 ? -(action + 1) / 2 : action / 2)
        .toList();
  }
}
