package io.splitgym.agents.modelbased;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.agents.AnalyticMeasurements;
import io.splitgym.agents.learning.Algorithms;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ActiveLoopTest {
  private static final EnsembleOptions ENSEMBLE = new EnsembleOptions(3, List.of(8), 60, 0.01);

  private final MeasuredCells cells = MeasuredCells.of(AnalyticMeasurements.of("formula"));

  @Test
  void itMeasuresWhatTheBudgetAllowsAndNoCellTwice() {
    Ledger ledger = new Ledger(cells);
    List<ActiveLoop.Round> rounds = run(ledger, options(31, LoopOptions.Choice.UNSURE), 1);
    assertThat(rounds).extracting(ActiveLoop.Round::evaluations).containsExactly(10, 17, 24, 31);
    assertThat(ledger.evaluations()).isEqualTo(31);
    // the ledger would count a cell that is asked for twice as a question
    assertThat(ledger.questions()).isEqualTo(31);
    assertThat(options(31, LoopOptions.Choice.UNSURE).rounds(cells.grid())).isEqualTo(4);
    assertThat(rounds.get(0).measured())
        .contains(new Cell(0, 1), new Cell(7, 1), new Cell(0, 9), new Cell(7, 9));
  }

  @Test
  void itEndsWhenEveryCellIsMeasured() {
    Ledger ledger = new Ledger(cells);
    List<ActiveLoop.Round> rounds = run(ledger, options(1000, LoopOptions.Choice.RANDOM), 1);
    assertThat(ledger.evaluations()).isEqualTo(cells.grid().cells().size() + 1);
    assertThat(rounds.get(rounds.size() - 1).spread()).isZero();
    assertThat(new HashSet<>(measured(rounds))).hasSameSizeAs(measured(rounds));
  }

  @Test
  void sameSeedSameCellsAndTheChoicesDiffer() {
    LoopOptions unsure = options(24, LoopOptions.Choice.UNSURE);
    List<Cell> once = measured(run(new Ledger(cells), unsure, 3));
    assertThat(measured(run(new Ledger(cells), unsure, 3))).isEqualTo(once);
    assertThat(measured(run(new Ledger(cells), unsure.with(LoopOptions.Choice.RANDOM), 3)))
        .isNotEqualTo(once);
  }

  @Test
  void aBudgetBelowTheFirstCellsIsRefused() {
    assertThatThrownBy(() -> options(9, LoopOptions.Choice.UNSURE))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("budget is 9, must be at least 10");
  }

  private static LoopOptions options(int budget, LoopOptions.Choice choice) {
    return new LoopOptions(3, 3, 7, budget, choice, ENSEMBLE);
  }

  private List<ActiveLoop.Round> run(Evaluations evaluations, LoopOptions options, long seed) {
    List<ActiveLoop.Round> rounds = new ArrayList<>();
    new ActiveLoop(
            cells.grid(),
            SplitInferenceParameters.of(Preset.ALL, cells.grid().layers()),
            Algorithms.named("ppo").learner(Preset.ALL, Map.of("batchSize", 8, "rolloutSteps", 16)),
            options,
            32)
        .run(
            evaluations,
            seed,
            new ActiveLoop.Listener() {
              @Override
              public void trained(int round, long steps) {
                assertThat(steps).isBetween(1L, 32L);
              }

              @Override
              public void ended(ActiveLoop.Round round) {
                rounds.add(round);
              }
            });
    return rounds;
  }

  private static List<Cell> measured(List<ActiveLoop.Round> rounds) {
    return rounds.stream().flatMap(round -> round.measured().stream()).toList();
  }
}
