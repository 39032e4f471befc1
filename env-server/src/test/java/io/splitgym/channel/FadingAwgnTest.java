package io.splitgym.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FadingAwgnTest {
  private static final double UNIT = 8.4;
  private static final FadingAwgn CHANNEL = FadingAwgn.ofUnit(UNIT);

  @Test
  void theDeviationIsSigmaTimesTheUnit() {
    assertThat(CHANNEL.noiseDeviation(new ChannelState(0.25, 2))).isCloseTo(2.1, within(1e-14));
  }

  @Test
  void withoutNoiseAnEqualisedWindowArrivesUnchanged() {
    HiddenBlock hidden = filled(5, 7, 3.25f);

    CHANNEL.transmit(hidden, new ChannelState(0, 0.5), RandomStream.ofSeed(2));

    assertThat(hidden.values()).containsOnly(3.25f);
  }

  @Test
  void withoutEqualisingAWindowIsScaledByItsAmplitude() {
    HiddenBlock hidden = filled(6, 4, 2f);
    ChannelState state = new ChannelState(0, 1);
    RandomStream noise = RandomStream.ofSeed(2);

    new FadingAwgn(UNIT, 3, false).transmit(hidden, state, noise);

    RandomStream amplitudes = noise.named("fading");
    float first = (float) (new Nakagami(1).sample(amplitudes) * 2);
    float second = (float) (new Nakagami(1).sample(amplitudes) * 2);
    assertThat(Arrays.copyOfRange(hidden.values(), 0, 12)).containsOnly(first);
    assertThat(Arrays.copyOfRange(hidden.values(), 12, 24)).containsOnly(second);
    assertThat(second).isNotEqualTo(first);
  }

  @ParameterizedTest
  @CsvSource({"0.05, 0.5", "0.1, 1", "0.3, 4", "0.3, 10"})
  void aKnownAmplitudeLeavesNoiseOfTheEffectiveDeviation(double sigma, double m) {
    ChannelState state = new ChannelState(sigma, m);
    RandomStream noise = RandomStream.ofSeed(31);
    HiddenBlock faded = filled(400, 100, 1.5f);

    CHANNEL.transmit(faded, state, noise);

    double level = CHANNEL.noiseDeviation(state) / new Nakagami(m).sample(noise.named("fading"));
    double sum = 0;
    double squares = 0;
    int count = faded.values().length;
    for (float value : faded.values()) {
      sum += value - 1.5;
      squares += (value - 1.5) * (value - 1.5);
    }
    assertThat(sum / count).isCloseTo(0, within(5 * level / Math.sqrt(count)));
    assertThat(squares / count / (level * level)).isCloseTo(1, within(5 * Math.sqrt(2.0 / count)));

    HiddenBlock atLevel = filled(400, 100, 1.5f);
    CHANNEL.transmitAtLevel(atLevel, level, noise);
    assertThat(atLevel.values()).isEqualTo(faded.values());
  }

  @Test
  void overManyWindowsTheNoisePowerIsThatOfTheMeanInversePower() {
    // E[1 / h^2] = m / (m - 1)
    ChannelState state = new ChannelState(0.1, 4);
    double power = 0;
    int windows = 20_000;
    for (int window = 0; window < windows; window++) {
      HiddenBlock hidden = filled(1, 4, 0f);
      CHANNEL.transmit(hidden, state, RandomStream.ofSeed(77).named("window", window));
      for (float value : hidden.values()) {
        power += value * value / (4.0 * windows);
      }
    }
    double deviation = CHANNEL.noiseDeviation(state);
    double exact = deviation * deviation * 4 / 3;

    assertThat(power / exact).isCloseTo(1, within(0.05));
    assertThat(CHANNEL.expectation(state, level -> level * level) / exact)
        .isCloseTo(1, within(1e-9));
  }

  @ParameterizedTest
  @CsvSource({"0.02, 0.5", "0.1, 1", "0.3, 2", "0.3, 10"})
  void theExpectationIsTheMeanOverDrawnLevels(double sigma, double m) {
    ChannelState state = new ChannelState(sigma, m);
    Nakagami fading = new Nakagami(m);
    RandomStream random = RandomStream.ofSeed(5);
    int draws = 200_000;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < draws; i++) {
      double value = logPerplexity(CHANNEL.noiseDeviation(state) / fading.sample(random));
      sum += value;
      squares += value * value;
    }
    double mean = sum / draws;
    double error = Math.sqrt((squares / draws - mean * mean) / draws);

    assertThat(CHANNEL.expectation(state, FadingAwgnTest::logPerplexity))
        .isCloseTo(mean, within(5 * error));
  }

  @Test
  void theExpectationWithoutNoiseIsTheFunctionAtZero() {
    assertThat(CHANNEL.expectation(new ChannelState(0, 0.5), level -> level + 7)).isEqualTo(7);
  }

  @Test
  void theExpectationOfARisingFunctionRisesWithNoiseAndFallsWithSteadierFading() {
    double last = 0;
    for (int i = 0; i <= 30; i++) {
      double mean =
          CHANNEL.expectation(new ChannelState(i / 100.0, 1), FadingAwgnTest::logPerplexity);
      assertThat(mean).isGreaterThan(last);
      last = mean;
    }
    // fading cannot help where the damage grows faster and faster
    last = Double.POSITIVE_INFINITY;
    for (double m = 1.25; m <= 10; m += 0.25) {
      double mean = CHANNEL.expectation(new ChannelState(0.05, m), level -> level * level);
      assertThat(mean).isLessThan(last);
      last = mean;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 100})
  void theSameSeedGivesTheSameNoise(int block) {
    FadingAwgn channel = new FadingAwgn(UNIT, block, true);
    ChannelState state = new ChannelState(0.2, 0.9);
    HiddenBlock first = filled(10, 16, 1f);
    HiddenBlock again = filled(10, 16, 1f);
    HiddenBlock other = filled(10, 16, 1f);

    channel.transmit(first, state, RandomStream.ofSeed(11));
    channel.transmit(again, state, RandomStream.ofSeed(11));
    channel.transmit(other, state, RandomStream.ofSeed(12));

    assertThat(again.values()).isEqualTo(first.values());
    assertThat(other.values()).isNotEqualTo(first.values());
  }

  @Test
  void aBlockAsLongAsTheWindowIsTheWholeWindow() {
    ChannelState state = new ChannelState(0.2, 0.9);
    HiddenBlock whole = filled(10, 16, 1f);
    HiddenBlock block = filled(10, 16, 1f);

    CHANNEL.transmit(whole, state, RandomStream.ofSeed(1));
    new FadingAwgn(UNIT, 10, true).transmit(block, state, RandomStream.ofSeed(1));

    assertThat(block.values()).isEqualTo(whole.values());
  }

  @ParameterizedTest
  @CsvSource({"16, true", "0, false", "16, false"})
  void aChannelWithoutALevelRefusesQuadratureAndLevels(int block, boolean equalised) {
    FadingAwgn channel = new FadingAwgn(UNIT, block, equalised);

    assertThat(channel.hasLevel()).isFalse();
    assertThatIllegalStateException()
        .isThrownBy(() -> channel.expectation(new ChannelState(0.1, 1), level -> level))
        .withMessageContaining("measure it by draws");
    assertThatIllegalStateException()
        .isThrownBy(() -> channel.transmitAtLevel(filled(1, 1, 0f), 1, RandomStream.ofSeed(1)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void aNoiseUnitThatIsNoPositiveNumberIsRefused(double unit) {
    assertThatThrownBy(() -> FadingAwgn.ofUnit(unit))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith("noiseUnit is " + unit);
  }

  @ParameterizedTest
  @CsvSource({"-0.1, 1, sigma", "1, 1, sigma", "NaN, 1, sigma", "0.1, 0.4, m", "0.1, NaN, m"})
  void aStateOutsideItsRangeIsRefused(double sigma, double m, String field) {
    assertThatThrownBy(() -> new ChannelState(sigma, m))
        .isInstanceOfSatisfying(
            InvalidValueException.class, e -> assertThat(e.field()).isEqualTo(field));
  }

  /** From the clean value up to a plateau, as measured ones look. */
  private static double logPerplexity(double level) {
    return 3 + 8 * level / (level + 2);
  }

  private static HiddenBlock filled(int tokens, int width, float value) {
    float[] values = new float[tokens * width];
    Arrays.fill(values, value);
    return new HiddenBlock(values, tokens, width);
  }
}
