package io.splitgym.environment;

import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.List;

/**
 * What the actions do to the split: 0 stays, 1 and 2 move it by -1 and +1 layer, 3 and 4 by -2 and
 * +2, and so on.
 *
 * @param actions 3, 5, 7 or 9
 */
public record Moves(int actions) {
  /** The numbers of actions that there are. */
  public static final List<Integer> CHOICES = List.of(3, 5, 7, 9);

  public Moves {
    if (!CHOICES.contains(actions)) {
      throw new InvalidValueException("actions", actions, "3, 5, 7 or 9");
    }
  }

  /** By how many layers an action moves the split, before the range's ends cut it short. */
  public int delta(int action) {
    Require.inRange("action", action, 0, actions - 1);
    int layers = (action + 1) / 2;
    return action % 2 == 1 ? -layers : layers;
  }

  /** The most layers that one action moves the split by. */
  public int farthest() {
    return (actions - 1) / 2;
  }
}
