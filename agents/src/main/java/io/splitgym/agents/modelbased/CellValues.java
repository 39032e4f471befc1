package io.splitgym.agents.modelbased;

import io.splitgym.channel.ChannelState;
import java.util.Arrays;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * ln PPL in nats at every cell of a grid, measured or predicted, and what follows from it for any
 * channel state: the fading is integrated by quadrature.
 */
public final class CellValues {
  private final LevelGrid grid;
  private final double clean;

  private final BetweenLevels between;

  /** [splits][levels]. */
  private final double[][] values;

  private CellValues(LevelGrid grid, double clean, double[][] values) {
    this.grid = grid;
    this.clean = clean;
    this.between = new BetweenLevels(grid);
    this.values = values;
  }

  /**
   * Asks for every cell.
   *
   * @param clean ln PPL without a channel
   */
  public static CellValues of(LevelGrid grid, double clean, ToDoubleFunction<Cell> value) {
    double[][] values = new double[grid.splitCount()][grid.levels().size()];
    for (Cell cell : grid.cells()) {
      values[cell.split() - grid.splits().min()][cell.level()] = value.applyAsDouble(cell);
    }
    return new CellValues(grid, clean, values);
  }

  /** With some of them known better. */
  public CellValues with(Map<Cell, Double> known) {
    double[][] better = Arrays.stream(values).map(double[]::clone).toArray(double[][]::new);
    known.forEach(
        (cell, value) -> {
          if (!cell.isClean()) {
            better[cell.split() - grid.splits().min()][cell.level()] = value;
          }
        });
    return new CellValues(grid, clean, better);
  }

  public LevelGrid grid() {
    return grid;
  }

  /** ln PPL without a channel. */
  public double clean() {
    return clean;
  }

  /** ln PPL at a cell. */
  public double at(Cell cell) {
    return cell.isClean() ? clean : values[cell.split() - grid.splits().min()][cell.level()];
  }

  /**
   * ln PPL at a level, between the measured ones too.
   *
   * @param level at least 0
   */
  double at(double level, int split) {
    double[] ofSplit = values[split - grid.splits().min()];
    int above = between.above(level);
    double share = between.share(level, above);
    double before = above == 0 ? clean : ofSplit[above - 1];
    return before + share * (ofSplit[above] - before);
  }

  /** E[ln PPL | sigma, m, p] over the fading. */
  public double expected(ChannelState state, int split) {
    return grid.channel().expectation(state, level -> at(level, split));
  }
}
