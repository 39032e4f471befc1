package io.splitgym.environment;

import io.splitgym.validation.Require;
import java.util.Arrays;

/**
 * Each action names a split, as in the LLM environment that Chen et al. released: action a sets it
 * to the a-th of the range, counted from 0.
 */
public record AbsoluteSplits(SplitRange splits) implements ActionSet {
  static final String KIND = "splits";

  @Override
  public int actions() {
    return splits.max() - splits.min() + 1;
  }

  @Override
  public int target(int split, int action, SplitRange range) {
    Require.inRange("action", action, 0, actions() - 1);
    return splits.min() + action;
  }

  /** All of them: no two lead to the same split. */
  @Override
  public void mask(int split, SplitRange range, byte[] into, int at) {
    Arrays.fill(into, at, at + actions(), (byte) 1);
  }
}
