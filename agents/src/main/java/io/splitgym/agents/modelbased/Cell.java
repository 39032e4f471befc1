package io.splitgym.agents.modelbased;

/**
 * What one evaluation of the LLM measures: a split behind a channel at one level.
 *
 * @param level its place among the {@link LevelGrid#levels}, from 0 on; {@value #NO_CHANNEL} where
 *     there is no channel, and then the split doesn't matter and is 1
 * @param split p
 */
public record Cell(int level, int split) {
  static final int NO_CHANNEL = -1;

  /** Without a channel. */
  public static final Cell CLEAN = new Cell(NO_CHANNEL, 1);

  boolean isClean() {
    return level == NO_CHANNEL;
  }
}
