package io.splitgym.measurement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Erasure;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.channel.Nakagami;
import io.splitgym.random.RandomStream;
import io.splitgym.transport.Codec;
import io.splitgym.transport.Concealment;
import io.splitgym.transport.Packets;
import io.splitgym.transport.Payload;
import io.splitgym.transport.Protection;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.apache.commons.math3.distribution.BinomialDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WindowDrawsTest {
  private static final Erasure ERASURE = new Erasure(1);
  private static final double[] ENDS_AND_QUARTILES = {0, 0.25, 0.5, 0.75, 1};

  /** A tenth is lost. */
  private static final ChannelState STATE = new ChannelState(0.1, 1);

  private static final List<Double> AROUND_A_TENTH = List.of(0.09, 0.1, 0.11);

  private static WindowDraws of(Measurements measurements) {
    return new WindowDraws(new LevelTable(measurements));
  }

  /**
   * Levels so near to each other that the neighbours' noise, which counts as well, is nearly the
   * same. Of 3,200 windows' deviation the standard error is 1.3 %; forty quantiles of a normal
   * distribution have 0.98 of its deviation.
   */
  @ParameterizedTest
  @CsvSource({"3201, 1", "321, 10"})
  void theNoiseAtALevelIsWhatMovesTheLoss(int windows, int draws) {
    double deviation = deviationWhereATenthIsLost(3);
    WindowDraws.Spread spread =
        of(AnalyticMeasurements.of(ERASURE, windows, AROUND_A_TENTH, List.of(3), draws))
            .at(STATE)
            .of(3, ENDS_AND_QUARTILES);
    assertThat(spread.deviation()).isCloseTo(deviation, within(0.06 * deviation));
    // the loss is nearly normal
    double quartile = 0.674 * deviation;
    assertThat(spread.quantiles()[1]).isCloseTo(-quartile, within(0.1 * quartile));
    assertThat(spread.quantiles()[2]).isCloseTo(0, within(0.1 * quartile));
    assertThat(spread.quantiles()[3]).isCloseTo(quartile, within(0.1 * quartile));
    assertThat(spread.quantiles()).isSorted();
  }

  /** Exact: of 512 elements a binomial number is lost, and the evaluator's formula is known. */
  private static double deviationWhereATenthIsLost(int split) {
    BinomialDistribution lost = new BinomialDistribution(null, 512, 0.1);
    double tolerance = AnalyticEvaluator.tolerance(split) * AnalyticEvaluator.tolerance(split);
    double mean = 0;
    double square = 0;
    for (int count = 0; count <= 512; count++) {
      double error = count / 512.0;
      double loss = AnalyticEvaluator.COST * error / (error + tolerance);
      mean += lost.probability(count) * loss;
      square += lost.probability(count) * loss * loss;
    }
    return Math.sqrt(square - mean * mean);
  }

  @Test
  void withoutNoiseNothingVaries() {
    WindowDraws.Spread clean =
        of(AnalyticMeasurements.of(ERASURE, 2))
            .at(new ChannelState(0, 1))
            .of(3, ENDS_AND_QUARTILES);
    assertThat(clean.deviation()).isZero();
    assertThat(clean.quantiles()).containsOnly(0);
  }

  /** What the texts of windows cost differs with 0.3 nats, and draws over one text with 0.1. */
  private static Measurements varied(IntUnaryOperator draws, List<Integer> tokens) {
    RandomStream random = RandomStream.ofSeed(7);
    return GivenMeasurements.of(
        ERASURE,
        tokens,
        List.of(1, 2, 3),
        AROUND_A_TENTH,
        draws,
        (window, level, draw) ->
            1
                + 0.3 * random.named("text", window).nextGaussian()
                + 0.1 * random.named("draw", window).named("of", draw).nextGaussian());
  }

  private static double deviation(IntUnaryOperator draws, int split) {
    return of(varied(draws, Collections.nCopies(1000, 7)))
        .at(STATE)
        .of(split, ENDS_AND_QUARTILES)
        .deviation();
  }

  @Test
  void whatTextsDifferByIsNoNoiseWhereDrawsTellThemApart() {
    assertThat(deviation(split -> 4, 2)).isCloseTo(0.1, within(0.006));
    // what one split's draws tell holds for its neighbours
    assertThat(deviation(split -> split == 2 ? 4 : 1, 2)).isCloseTo(0.1, within(0.006));
    assertThat(deviation(split -> split == 2 ? 4 : 1, 1)).isCloseTo(0.1, within(0.006));
    // nothing tells: all counts, rather too much than too little
    assertThat(deviation(split -> 1, 2)).isCloseTo(Math.hypot(0.1, 0.3), within(0.02));
  }

  @Test
  void whatIsNoWholeWindowDoesNotCount() {
    List<Integer> whole = new ArrayList<>(Collections.nCopies(12, 7));
    WindowDraws.Spread spread = of(varied(split -> 2, whole)).at(STATE).of(1, ENDS_AND_QUARTILES);
    List<Integer> andLeftOver = new ArrayList<>(whole);
    andLeftOver.add(2);
    WindowDraws.Spread same =
        of(varied(split -> 2, andLeftOver)).at(STATE).of(1, ENDS_AND_QUARTILES);
    assertThat(same.deviation()).isEqualTo(spread.deviation());
    assertThat(same.quantiles()).isEqualTo(spread.quantiles());
  }

  /** Where the noise at a level moves nothing, the fading alone does, and its share is known. */
  @Test
  void theFadingMovesTheLevelAsItsDistributionSays() {
    FadingAwgn fading = FadingAwgn.ofUnit(8);
    Measurements measurements =
        GivenMeasurements.of(
            fading,
            List.of(7, 7),
            List.of(1),
            List.of(0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0),
            split -> 2,
            (window, level, draw) -> 9 * level * level / (level * level + 4));
    LevelTable table = new LevelTable(measurements);
    ChannelState state = new ChannelState(0.2, 1.5);
    LevelCurve curve = table.curve(1);
    double mean = fading.expectation(state, curve::at);
    double square = fading.expectation(state, level -> curve.at(level) * curve.at(level));
    double[] probabilities = {0, 0.1, 0.5, 0.9, 0.97, 1};
    WindowDraws.Spread spread = new WindowDraws(table).at(state).of(1, probabilities);
    double deviation = Math.sqrt(square - mean * mean);
    assertThat(spread.deviation()).isCloseTo(deviation, within(0.01 * deviation));
    for (int i = 1; i < probabilities.length - 1; i++) {
      double level = levelBelowWhich(probabilities[i], fading, state);
      assertThat(spread.quantiles()[i])
          .as("quantile " + probabilities[i])
          .isCloseTo(curve.at(level) - mean, within(0.1 * deviation));
    }
  }

  /** The level s/h stays below where h^2 is above (s / level)^2. */
  private static double levelBelowWhich(double probability, FadingAwgn fading, ChannelState state) {
    double low = 1e-6;
    double high = 1e6;
    for (int i = 0; i < 200; i++) {
      double middle = Math.sqrt(low * high);
      double ratio = fading.noiseDeviation(state) / middle;
      if (1 - new Nakagami(state.m()).outage(ratio * ratio) < probability) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  @Test
  void whatACodecDoesByItselfIsNoNoise() {
    Erasure coded =
        new Erasure(
            new Packets.OfElements(1),
            Concealment.ZERO,
            new Payload(Codec.INT8, new Protection.None()));
    double[] probabilities = {0, 0.1, 0.5, 0.9, 1};
    WindowDraws draws = of(AnalyticMeasurements.of(coded, 2));
    for (double sigma : new double[] {0.001, 0.1, 0.3}) {
      WindowDraws.Spread spread = draws.at(new ChannelState(sigma, 1)).of(2, probabilities);
      assertThat(spread.deviation()).isFinite().isNotNegative();
      assertThat(spread.quantiles()).isSorted().doesNotContain(Double.NaN);
    }
  }

  @Test
  void oneDrawOfOneWholeWindowTellsNothing() {
    Measurements single =
        GivenMeasurements.of(
            ERASURE,
            List.of(127, 1),
            List.of(1, 2),
            AROUND_A_TENTH,
            split -> 1,
            (window, level, draw) -> level);
    LevelTable table = new LevelTable(single);
    assertThatThrownBy(() -> new WindowDraws(table))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("one whole window and one draw");
  }
}
