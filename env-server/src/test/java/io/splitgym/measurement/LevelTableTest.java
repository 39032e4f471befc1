package io.splitgym.measurement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.channel.Channel;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Erasure;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.channel.Transmission;
import io.splitgym.perplexity.WindowLosses;
import io.splitgym.random.RandomStream;
import io.splitgym.transport.Codec;
import io.splitgym.transport.Payload;
import io.splitgym.transport.Protection;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LevelTableTest {
  private static final FadingAwgn FADING = FadingAwgn.ofUnit(8.5);
  private static final Erasure ERASURE = new Erasure(1);
  private static final int WINDOWS = 4;

  private final AnalyticEvaluator evaluator = new AnalyticEvaluator(6, WINDOWS, 0);

  private Measurements sweep(Channel channel, int draws) {
    List<Measurement> all = new ArrayList<>();
    SweepPlan.overLevels(
            evaluator.setting(),
            channel,
            SweepPlan.defaultLevels(channel),
            List.of(1, 2, 3, 4, 5),
            LongStream.rangeClosed(1, draws).boxed().toList())
        .cells()
        .forEach(key -> all.add(Measurement.take(evaluator, key)));
    return Measurements.of(evaluator.setting(), channel, all);
  }

  @ParameterizedTest
  @CsvSource({
    "0.02, 0.5, 1",
    "0.1, 0.5, 5",
    "0.1, 1, 1",
    "0.3, 1, 3",
    "0.3, 10, 1",
    "0.3, 3, 5",
  })
  void quadratureAgreesWithDirectDraws(double sigma, double m, int split) {
    ChannelState state = new ChannelState(sigma, m);
    for (Channel channel : List.of(FADING, ERASURE)) {
      LevelTable table = new LevelTable(sweep(channel, 3));
      int draws = 1500;
      double sum = 0;
      double squares = 0;
      for (int draw = 0; draw < draws; draw++) {
        double value =
            evaluator.evaluate(split, new Transmission.AtState(channel, state), 1000 + draw).mean();
        sum += value;
        squares += value * value;
      }
      double mean = sum / draws;
      double deviation = Math.sqrt(squares / draws - mean * mean);

      assertThat(table.expectedLogPerplexity(state, split))
          .as(channel.description())
          .isCloseTo(
              mean,
              within(4 * deviation / Math.sqrt(draws) + 4 * table.standardError(state, split)));
      assertThat(table.textDeviation(state, split))
          .as("deviation of a text under " + channel.description())
          .isCloseTo(deviation, within(0.15 * deviation + 0.01));
    }
  }

  @Test
  void withoutNoiseTheCleanValueIsExpected() {
    for (Channel channel : List.of(FADING, ERASURE)) {
      LevelTable table = new LevelTable(sweep(channel, 2));
      ChannelState silent = new ChannelState(0, 1);
      assertThat(table.expectedLogPerplexity(silent, 2)).isEqualTo(table.cleanLogPerplexity());
      assertThat(table.standardError(silent, 2)).isZero();
      assertThat(table.textDeviation(silent, 2)).isZero();
    }
  }

  /** A hidden state of ones comes out of int8 as 127 times a scale that was rounded up. */
  @Test
  void withoutNoiseACodecsOwnHarmIsExpected() {
    FadingAwgn coded = new FadingAwgn(8.5, 0, true, new Payload(Codec.INT8, new Protection.None()));
    Measurements measurements = sweep(coded, 2);
    LevelTable table = new LevelTable(measurements);
    double alone = evaluator.evaluate(2, new Transmission.AtLevel(coded, 0), 1).mean();
    assertThat(alone).isGreaterThan(table.cleanLogPerplexity());
    assertThat(table.expectedLogPerplexity(new ChannelState(0, 1), 2)).isEqualTo(alone);
    assertThat(table.curve(2).at(0)).isEqualTo(alone);

    Measurements withoutLevelZero =
        new Measurements(
            measurements.setting(),
            coded,
            measurements.clean(),
            measurements.noisy().stream()
                .filter(one -> ((Transmission.AtLevel) one.key().transmission()).level() > 0)
                .toList());
    assertThatThrownBy(() -> new LevelTable(withoutLevelZero))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("must be 0, since the codec alone");
  }

  @Test
  void curvesPassThroughWhatWasMeasuredAndEndFlat() {
    Measurements measurements = sweep(FADING, 2);
    LevelTable table = new LevelTable(measurements);
    for (int split : table.splits()) {
      LevelCurve curve = table.curve(split);
      double[] levels = curve.levels();
      double[] values = curve.values();
      for (int i = 0; i < levels.length; i++) {
        assertThat(curve.at(levels[i])).isCloseTo(values[i], within(1e-12));
      }
      assertThat(curve.at(0)).isEqualTo(table.cleanLogPerplexity());
      assertThat(curve.at(1e9)).isEqualTo(values[values.length - 1]);
      // a quarter of the harm at half of the first level: the noise's power counts
      assertThat(curve.at(levels[0] / 2) - curve.at(0))
          .isCloseTo((values[0] - curve.at(0)) / 4, within(1e-12));
    }
  }

  @Test
  void theStandardErrorIsThatOfTheDraws() {
    ChannelState state = new ChannelState(0.2, 1);
    double few = new LevelTable(sweep(FADING, 4)).standardError(state, 3);
    double many = new LevelTable(sweep(FADING, 64)).standardError(state, 3);
    assertThat(few).isPositive();
    assertThat(many / few).isCloseTo(0.25, within(0.1));
    // of one draw it comes from the windows, and these differ: an upper bound
    assertThat(new LevelTable(sweep(FADING, 1)).standardError(state, 3)).isGreaterThan(many);
  }

  @Test
  void theErrorOfACellIsTheSpreadOfItsWindowsOverItsDraws() {
    Measurement clean = measurement(new Transmission.Clean(), 0, 10, 20);
    Transmission level = new Transmission.AtLevel(ERASURE, 0.5);
    List<Measurement> draws = List.of(measurement(level, 1, 11, 22), measurement(level, 2, 13, 22));
    CellStatistics statistics = CellStatistics.of(draws, clean);
    assertThat(statistics.mean()).isCloseTo((33.0 + 35) / 2 / 3, within(1e-12));
    // the first window's variance is 2, its share of the tokens' sum 1/3, and there are two draws
    assertThat(statistics.standardError()).isCloseTo(Math.sqrt(2.0 / 2) / 3, within(1e-12));
  }

  private Measurement measurement(Transmission transmission, long seed, double a, double b) {
    return new Measurement(
        new MeasurementKey(evaluator.setting(), transmission, 1, seed),
        new WindowLosses(List.of(a, b), List.of(1, 2)),
        0);
  }

  @Test
  void aTextOfManyWindowsHasWholeOnes() {
    ChannelState state = new ChannelState(0.2, 1);
    GivenMeasurements.Harm harm =
        (window, level, draw) -> level * ((window + draw) % 2 == 0 ? 1 : -1);
    LevelTable table = given(List.of(7, 7, 7, 7), harm);
    LevelTable leftOver = given(List.of(7, 7, 7, 7, 1), harm);
    assertThat(table.textDeviation(state, 1, 4))
        .isCloseTo(table.textDeviation(state, 1), within(1e-12))
        .isEqualTo(leftOver.textDeviation(state, 1, 4));
    assertThat(table.textDeviation(state, 1, 16))
        .isCloseTo(table.textDeviation(state, 1) / 2, within(1e-12));
  }

  private static LevelTable given(List<Integer> tokens, GivenMeasurements.Harm harm) {
    return new LevelTable(
        GivenMeasurements.of(ERASURE, tokens, List.of(1), List.of(0.1, 0.3), split -> 2, harm));
  }

  @Test
  void aSplitThatWasNotMeasuredIsRefused() {
    LevelTable table = new LevelTable(sweep(ERASURE, 1));
    assertThatThrownBy(() -> table.expectedLogPerplexity(new ChannelState(0.1, 1), 6))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("split is 6");
  }

  @Test
  void aChannelWhoseLevelDoesNotSufficeIsRefused() {
    FadingAwgn fast = new FadingAwgn(8.5, 4, true);
    Measurements drawn =
        Measurements.of(
            evaluator.setting(),
            fast,
            List.of(
                Measurement.take(evaluator, MeasurementKey.clean(evaluator.setting())),
                Measurement.take(
                    evaluator,
                    new MeasurementKey(
                        evaluator.setting(),
                        new Transmission.AtState(fast, new ChannelState(0.1, 1)),
                        1,
                        1))));
    assertThatThrownBy(() -> new LevelTable(drawn))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("level suffices");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void interpolationNeverLeavesItsNeighboursAndKeepsMonotony(long seed) {
    RandomStream random = RandomStream.ofSeed(seed);
    int points = random.nextInteger(1, 12);
    double[] x = new double[points];
    double[] y = new double[points];
    for (int i = 0; i < points; i++) {
      x[i] = (i == 0 ? 0 : x[i - 1]) + random.nextUniform(0.01, 2);
      y[i] = random.nextUniform(-3, 3);
    }
    MonotoneInterpolant interpolant = new MonotoneInterpolant(x.clone(), y.clone());
    for (int i = 0; i < points; i++) {
      assertThat(interpolant.at(x[i])).isCloseTo(y[i], within(1e-12));
    }
    for (int i = 1; i < points; i++) {
      double before = y[i - 1];
      for (int step = 1; step <= 50; step++) {
        double value = interpolant.at(x[i - 1] + (x[i] - x[i - 1]) * step / 50);
        assertThat(value)
            .isBetween(Math.min(y[i - 1], y[i]) - 1e-12, Math.max(y[i - 1], y[i]) + 1e-12);
        assertThat((value - before) * (y[i] - y[i - 1])).isGreaterThanOrEqualTo(-1e-12);
        before = value;
      }
    }
  }

  @Test
  void aStraightLineStaysStraight() {
    double[] x = {0, 1, 2.5, 3, 7};
    double[] y = {1, 3, 6, 7, 15};
    MonotoneInterpolant interpolant = new MonotoneInterpolant(x, y);
    for (double place = 0; place <= 7; place += 0.1) {
      assertThat(interpolant.at(place)).isCloseTo(1 + 2 * place, within(1e-12));
    }
  }
}
