package io.splitgym.agents.modelbased;

import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;

/**
 * How the loop goes about it.
 *
 * @param firstLevels how many levels of the grid are measured before the first fit, spread over all
 *     of them, at least 2
 * @param firstSplits how many splits are measured at each of those, at least 2
 * @param cellsARound how many cells are measured between two fits
 * @param budget how many evaluations of the LLM there are in all, the clean one and the first cells
 *     included
 * @param choice which cells are measured next
 * @param ensemble how it is fitted
 */
public record LoopOptions(
    int firstLevels,
    int firstSplits,
    int cellsARound,
    int budget,
    Choice choice,
    EnsembleOptions ensemble) {
  /** Which cells are measured next. */
  public enum Choice {
    /** Where the ensemble is least sure, weighted by how often episodes lead there. */
    UNSURE("unsure"),
    /** Any that weren't measured, all as probable: what the other choice is held against. */
    RANDOM("random");

    private final String text;

    Choice(String text) {
      this.text = text;
    }

    /** The name used on the command line. */
    public String text() {
      return text;
    }
  }

  /** Four levels of four splits first, then three rounds of 16 cells. */
  public static final LoopOptions DEFAULT =
      new LoopOptions(4, 4, 16, 65, Choice.UNSURE, EnsembleOptions.DEFAULT);

  private static final int MOST = 1_000_000;

  public LoopOptions {
    Require.inRange("firstLevels", firstLevels, 2, MOST);
    Require.inRange("firstSplits", firstSplits, 2, MOST);
    Require.inRange("cellsARound", cellsARound, 1, MOST);
    if (budget < first(firstLevels, firstSplits)) {
      throw new InvalidValueException(
          "budget",
          budget,
          "at least "
              + first(firstLevels, firstSplits)
              + ", the clean evaluation and the first cells");
    }
  }

  private static long first(int levels, int splits) {
    return 1 + (long) levels * splits;
  }

  /** The same with the other choice. */
  public LoopOptions with(Choice other) {
    return new LoopOptions(firstLevels, firstSplits, cellsARound, budget, other, ensemble);
  }

  /**
   * How many fits and trainings there are, at most: fewer where the grid has fewer cells than the
   * budget.
   */
  public int rounds(LevelGrid grid) {
    int all = Math.min(budget, 1 + grid.cells().size());
    int left =
        all
            - 1
            - Math.min(firstLevels, grid.levels().size())
                * Math.min(firstSplits, grid.splitCount());
    return 1 + (left + cellsARound - 1) / cellsARound;
  }
}
