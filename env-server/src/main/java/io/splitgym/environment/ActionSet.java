package io.splitgym.environment;

/** What the actions 0 to n - 1 do to the split. */
public sealed interface ActionSet permits Moves, AbsoluteSplits {
  /** How many actions there are, n. */
  int actions();

  /**
   * Where an action leads.
   *
   * @param split the present split, within {@code splits}
   * @param splits the splits that can be reached
   * @throws io.splitgym.validation.InvalidValueException if there is no such action
   */
  int target(int split, int action, SplitRange splits);

  /**
   * Writes which actions are worth taking: 1, or 0 for a move that an end of the range would cut
   * short and that thus leads where another action leads: one that isn't cut short, or else an
   * earlier one. So whatever can be reached still can, by exactly one action.
   *
   * @param into n values go here, from {@code at} on
   */
  void mask(int split, SplitRange splits, byte[] into, int at);
}
