package io.splitgym.agents.modelbased;

import static org.assertj.core.api.Assertions.assertThat;

import io.splitgym.agents.AnalyticMeasurements;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EnsembleTest {
  private static final EnsembleOptions SMALL = new EnsembleOptions(4, List.of(16, 16), 400, 0.01);

  private final MeasuredCells cells = MeasuredCells.of(AnalyticMeasurements.of("formula"));

  @Test
  void moreCellsMakeItRightAndSure() {
    Ensemble few = Ensemble.fit(cells.grid(), every(7), SMALL, 1);
    Ensemble many = Ensemble.fit(cells.grid(), every(2), SMALL, 1);
    assertThat(error(many)).isLessThan(0.5 * error(few)).isLessThan(0.5);
    assertThat(spread(many)).isLessThan(spread(few));
  }

  @Test
  void sameSeedSamePredictionsAndAnotherSeedOthers() {
    Cell cell = new Cell(3, 4);
    Map<Cell, Double> known = every(5);
    double mean = Ensemble.fit(cells.grid(), known, SMALL, 7).mean(cell);
    assertThat(Ensemble.fit(cells.grid(), known, SMALL, 7).mean(cell)).isEqualTo(mean);
    assertThat(Ensemble.fit(cells.grid(), known, SMALL, 8).mean(cell)).isNotEqualTo(mean);
  }

  @Test
  void theOrderInWhichCellsWereMeasuredDoesNotMatter() {
    Map<Cell, Double> known = every(5);
    Map<Cell, Double> reversed = new java.util.LinkedHashMap<>();
    List<Cell> order = new java.util.ArrayList<>(known.keySet());
    java.util.Collections.reverse(order);
    order.forEach(cell -> reversed.put(cell, known.get(cell)));
    Cell asked = new Cell(2, 8);
    assertThat(Ensemble.fit(cells.grid(), reversed, SMALL, 3).mean(asked))
        .isEqualTo(Ensemble.fit(cells.grid(), known, SMALL, 3).mean(asked));
  }

  private Map<Cell, Double> every(int stride) {
    Map<Cell, Double> known = new HashMap<>();
    List<Cell> all = cells.grid().cells();
    for (int i = 0; i < all.size(); i += stride) {
      known.put(all.get(i), cells.values().at(all.get(i)));
    }
    return known;
  }

  private double error(Ensemble ensemble) {
    return cells.grid().cells().stream()
        .mapToDouble(cell -> Math.abs(ensemble.mean(cell) - cells.values().at(cell)))
        .average()
        .orElseThrow();
  }

  private double spread(Ensemble ensemble) {
    return cells.grid().cells().stream().mapToDouble(ensemble::spread).average().orElseThrow();
  }
}
