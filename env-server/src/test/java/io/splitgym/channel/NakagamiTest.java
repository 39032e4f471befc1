package io.splitgym.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import java.util.function.DoubleUnaryOperator;
import org.apache.commons.math3.special.Gamma;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NakagamiTest {
  private static final int DRAWS = 200_000;

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 0.6, 0.75, 1, 1.7, 2, 3.5, 5, 10, 50, 300})
  void quadratureHasTheMomentsOfTheClosedForm(double m) {
    Nakagami fading = new Nakagami(m);

    assertThat(fading.expectation(h -> 1)).isCloseTo(1, within(1e-12));
    assertThat(fading.expectation(h -> h * h)).isCloseTo(1, within(1e-10));
    double amplitude = Math.exp(Gamma.logGamma(m + 0.5) - Gamma.logGamma(m)) / Math.sqrt(m);
    assertThat(fading.expectation(h -> h)).isCloseTo(amplitude, within(1e-10));
    // E[h^4] = (m + 1) / m
    assertThat(fading.expectation(h -> h * h * h * h)).isCloseTo((m + 1) / m, within(1e-9));
    // E[ln h] = (digamma(m) - ln m) / 2, which tries the small amplitudes
    assertThat(fading.expectation(Math::log))
        .isCloseTo((digamma(m) - Math.log(m)) / 2, within(1e-11));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 1, 2, 4.5})
  void quadratureOfAStepIsTheOutage(double m) {
    Nakagami fading = new Nakagami(m);

    // a jump costs a smooth rule up to one panel's probability
    assertThat(fading.expectation(h -> h * h < 0.3 ? 1 : 0))
        .isCloseTo(fading.outage(0.3), within(0.01));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 0.8, 1, 2.5, 10})
  void samplesHaveTheQuadraturesMoments(double m) {
    Nakagami fading = new Nakagami(m);
    // the shape of ln PPL against the effective noise: flat, rising, flat
    DoubleUnaryOperator[] functions = {
      h -> h, h -> h * h, h -> 3 + 6 / (1 + Math.pow(h / 0.4, 2)), Math::log
    };
    for (DoubleUnaryOperator function : functions) {
      RandomStream random = RandomStream.ofSeed(17).named("samples");
      double sum = 0;
      double squares = 0;
      for (int i = 0; i < DRAWS; i++) {
        double value = function.applyAsDouble(fading.sample(random));
        sum += value;
        squares += value * value;
      }
      double mean = sum / DRAWS;
      double error = Math.sqrt((squares / DRAWS - mean * mean) / DRAWS);

      assertThat(fading.expectation(function)).isCloseTo(mean, within(5 * error));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 1, 3})
  void outageIsTheFrequencyOfSmallPowers(double m) {
    Nakagami fading = new Nakagami(m);
    RandomStream random = RandomStream.ofSeed(23);
    double threshold = 0.2;
    int below = 0;
    for (int i = 0; i < DRAWS; i++) {
      double amplitude = fading.sample(random);
      if (amplitude * amplitude < threshold) {
        below++;
      }
    }

    assertThat(below / (double) DRAWS)
        .isCloseTo(fading.outage(threshold), within(5 * 0.5 / Math.sqrt(DRAWS)));
  }

  @Test
  void outageOfRayleighFadingIsExponential() {
    for (double threshold = 0; threshold < 5; threshold += 0.1) {
      assertThat(new Nakagami(1).outage(threshold))
          .isCloseTo(-Math.expm1(-threshold), within(1e-13));
    }
  }

  @Test
  void outageOfTheLeastShapeIsThatOfANormalAmplitude() {
    // |N(0, 1)| < 1.96 with probability 0.95
    assertThat(new Nakagami(0.5).outage(1.959963984540054 * 1.959963984540054))
        .isCloseTo(0.95, within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.49, 0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void aShapeBelowOneHalfIsRefused(double m) {
    assertThatThrownBy(() -> new Nakagami(m))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("m is " + m);
  }

  /** Shifted up to where the asymptotic series holds; Commons Math has a wrong sign in its own. */
  private static double digamma(double x) {
    double shifted = x;
    double sum = 0;
    while (shifted < 50) {
      sum -= 1 / shifted;
      shifted++;
    }
    double inverse = 1 / (shifted * shifted);
    return sum
        + Math.log(shifted)
        - 0.5 / shifted
        - inverse * (1 / 12.0 - inverse * (1 / 120.0 - inverse / 252));
  }
}
