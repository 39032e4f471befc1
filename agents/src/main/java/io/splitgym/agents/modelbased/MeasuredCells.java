package io.splitgym.agents.modelbased;

import io.splitgym.channel.Transmission;
import io.splitgym.environment.SplitRange;
import io.splitgym.measurement.Measurement;
import io.splitgym.measurement.Measurements;
import io.splitgym.validation.InvalidValueException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A whole grid that was measured before, with the seconds that each cell took then.
 *
 * @param grid what was measured
 */
public record MeasuredCells(LevelGrid grid, Map<Cell, Evaluation> cells) implements Evaluations {
  public MeasuredCells {
    cells = Map.copyOf(cells);
  }

  /**
   * Takes a cell's first draw.
   *
   * @param measurements over levels, every split at every level; direct draws are left aside
   * @throws InvalidValueException naming a cell that is missing
   */
  public static MeasuredCells of(Measurements measurements) {
    Measurements overLevels = measurements.overLevels();
    SortedSet<Double> levels = new TreeSet<>();
    Map<Integer, Map<Double, Measurement>> found = new TreeMap<>();
    for (Measurement measurement : overLevels.noisy()) {
      double level = ((Transmission.AtLevel) measurement.key().transmission()).level();
      if (level > 0) {
        levels.add(level);
        // they are in the order of the noise seeds
        found
            .computeIfAbsent(measurement.key().split(), split -> new HashMap<>())
            .putIfAbsent(level, measurement);
      }
    }
    if (found.isEmpty()) {
      throw new InvalidValueException("measurements", "none", "some over levels");
    }
    TreeMap<Integer, Map<Double, Measurement>> bySplit = new TreeMap<>(found);
    LevelGrid grid =
        new LevelGrid(
            measurements.channel(),
            measurements.setting().layers(),
            List.copyOf(levels),
            new SplitRange(bySplit.firstKey(), bySplit.lastKey()));
    Map<Cell, Evaluation> cells = new HashMap<>();
    cells.put(Cell.CLEAN, evaluation(overLevels.clean()));
    for (Cell cell : grid.cells()) {
      double level = grid.levels().get(cell.level());
      @Nullable Measurement measurement = found.getOrDefault(cell.split(), Map.of()).get(level);
      if (measurement == null) {
        throw new InvalidValueException(
            "measurements",
            "without split " + cell.split() + " at level " + level,
            "every split at every level");
      }
      cells.put(cell, evaluation(measurement));
    }
    return new MeasuredCells(grid, cells);
  }

  /** The same with the splits of an environment alone, which may have fewer than were measured. */
  MeasuredCells within(SplitRange splits) {
    return new MeasuredCells(
        new LevelGrid(grid.channel(), grid.layers(), grid.levels(), splits), cells);
  }

  private static Evaluation evaluation(Measurement measurement) {
    return new Evaluation(measurement.logPerplexity(), measurement.seconds(), true);
  }

  @Override
  public Evaluation evaluate(Cell cell) {
    return Objects.requireNonNull(cells.get(cell), "the grid has every cell");
  }

  /** ln PPL at every cell. */
  public CellValues values() {
    return CellValues.of(
        grid, evaluate(Cell.CLEAN).logPerplexity(), cell -> evaluate(cell).logPerplexity());
  }
}
