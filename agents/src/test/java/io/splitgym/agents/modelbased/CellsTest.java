package io.splitgym.agents.modelbased;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.agents.AnalyticMeasurements;
import io.splitgym.channel.ChannelState;
import io.splitgym.measurement.Measurements;
import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import org.junit.jupiter.api.Test;

class CellsTest {
  private static final ChannelState STATE = new ChannelState(0.1, 0.8);

  private final MeasuredCells cells = MeasuredCells.of(AnalyticMeasurements.of("formula"));

  @Test
  void whatIsDrawnIsOnAverageWhatIsExpected() {
    Ledger ledger = new Ledger(cells);
    DrawnCells drawn = new DrawnCells(cells.grid(), ledger, 3);
    double expected =
        new ExpectedCells(cells.values()).logPerplexity(STATE, 2, RandomStream.ofSeed(0)).value();
    int draws = 20_000;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < draws; i++) {
      double value =
          drawn.logPerplexity(STATE, 2, RandomStream.ofSeed(5).named("noise", i)).value();
      sum += value;
      squares += value * value;
    }
    double mean = sum / draws;
    double standardError = Math.sqrt((squares / draws - mean * mean) / draws);
    assertThat(standardError).isBetween(0.001, 0.05);
    assertThat(mean).isCloseTo(expected, within(4 * standardError));
    assertThat(ledger.questions()).isEqualTo(draws);
    assertThat(ledger.evaluations()).isBetween(3, AnalyticMeasurements.LEVELS.size() + 1);
    assertThat(ledger.seconds())
        .isCloseTo(ledger.evaluations() * AnalyticMeasurements.SECONDS, within(1e-9));
    assertThat(ledger.secondsWithoutStore())
        .isCloseTo(draws * AnalyticMeasurements.SECONDS, within(1e-6));
  }

  @Test
  void betweenLevelsItIsLinearInTheLogarithmAndBelowThemQuadratic() {
    CellValues values = cells.values();
    double two = values.at(new Cell(3, 5));
    double four = values.at(new Cell(4, 5));
    assertThat(values.at(Math.sqrt(8), 5)).isCloseTo((two + four) / 2, within(1e-12));
    assertThat(values.at(2, 5)).isEqualTo(two);
    double first = values.at(new Cell(0, 5));
    assertThat(values.at(0.0625, 5)).isCloseTo(3 + (first - 3) / 4, within(1e-12));
    assertThat(values.at(0, 5)).isEqualTo(3);
    assertThat(values.at(1e6, 5)).isEqualTo(values.at(new Cell(7, 5)));
  }

  @Test
  void aGridWithAHoleIsRefusedByTheCellThatIsMissing() {
    Measurements whole = AnalyticMeasurements.of("formula");
    Measurements holed =
        new Measurements(
            whole.setting(),
            whole.channel(),
            whole.clean(),
            whole.noisy().subList(0, whole.noisy().size() - 1));
    assertThatThrownBy(() -> MeasuredCells.of(holed))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("without split 9 at level 64.0");
  }
}
