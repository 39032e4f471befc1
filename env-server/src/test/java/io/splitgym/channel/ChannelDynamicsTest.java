package io.splitgym.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.channel.ChannelDynamics.GaussMarkov;
import io.splitgym.channel.ChannelDynamics.ReferenceDrift;
import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelDynamicsTest {
  private static final ChannelRanges RANGES =
      new ChannelRanges(new Range(0.01, 0.3), new Range(0.5, 10));
  private static final ChannelRanges WIDE =
      new ChannelRanges(new Range(0, 0.99), new Range(0.5, 100));

  @Test
  void aStaticChannelStaysWhateverTheMove() {
    ChannelState state = new ChannelState(0.2, 3);

    assertThat(new ChannelDynamics.Static().next(state, state, 4, RANGES, RandomStream.ofSeed(1)))
        .isEqualTo(state);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1",
    "1, 0.9995",
    "2, 0.999",
    "3, 0.9985",
    "4, 0.998",
    "-1, 1.0005",
    "-2, 1.001",
    "-3, 1.0015",
    "-4, 1.002"
  })
  void theReferencesDriftFollowsTheLayersMoved(int layers, double factor) {
    assertThat(drift(0.2, layers)).isCloseTo(0.2 * factor, within(1e-15));
  }

  @Test
  void theReferencesDriftStaysBelowItsClip() {
    assertThat(drift(0.3, -4)).isEqualTo(0.3);
    assertThat(drift(0.29999, -4)).isEqualTo(0.3);
    assertThat(drift(0, -4)).isZero();
  }

  @Test
  void theReferencesDriftMayFallBelowTheRangeOfStarts() {
    assertThat(drift(0.01, 4)).isLessThan(0.01);
    assertThat(new ReferenceDrift().reachable(RANGES).sigma()).isEqualTo(new Range(0, 0.3));
  }

  @Test
  void theReferencesDriftLeavesMAlone() {
    ChannelState state = new ChannelState(0.2, 3);

    assertThat(new ReferenceDrift().next(state, state, 4, RANGES, RandomStream.ofSeed(1)).m())
        .isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void gaussMarkovNeverLeavesTheRanges(long seed) {
    RandomStream random = RandomStream.ofSeed(seed);
    GaussMarkov dynamics = new GaussMarkov(random.nextDouble(), 1, 100);
    ChannelState start = RANGES.draw(random);
    ChannelState now = start;
    for (int step = 0; step < 5000; step++) {
      now = dynamics.next(now, start, 0, RANGES, random.named("step", step));
      assertThat(RANGES.sigma().contains(now.sigma())).as("seed %d: %s", seed, now).isTrue();
      assertThat(RANGES.m().contains(now.m())).as("seed %d: %s", seed, now).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5, 0.9})
  void gaussMarkovIsStationaryAroundTheStart(double correlation) {
    GaussMarkov dynamics = new GaussMarkov(correlation, 0.05, 2);
    ChannelState start = new ChannelState(0.5, 50);
    ChannelState now = start;
    int steps = 100_000;
    double[] sigma = new double[steps];
    double[] m = new double[steps];
    RandomStream random = RandomStream.ofSeed(41);
    for (int step = 0; step < steps; step++) {
      now = dynamics.next(now, start, 0, WIDE, random.named("step", step));
      sigma[step] = now.sigma();
      m[step] = now.m();
    }

    // correlated steps count for fewer independent ones
    double error = Math.sqrt((1 + correlation) / (1 - correlation) / steps);
    assertThat(mean(sigma)).isCloseTo(0.5, within(5 * error * 0.05));
    assertThat(mean(m)).isCloseTo(50, within(5 * error * 2));
    assertThat(covariance(sigma, sigma, 0)).isCloseTo(0.05 * 0.05, within(10 * error * 0.0025));
    assertThat(covariance(m, m, 0)).isCloseTo(4, within(10 * error * 4));
    for (int lag = 1; lag <= 3; lag++) {
      assertThat(covariance(sigma, sigma, lag) / covariance(sigma, sigma, 0))
          .isCloseTo(Math.pow(correlation, lag), within(10 * error));
    }
    assertThat(covariance(sigma, m, 0) / (0.05 * 2)).isCloseTo(0, within(5 * error));
  }

  @Test
  void gaussMarkovWithFullCorrelationStays() {
    ChannelState start = new ChannelState(0.1, 2);

    assertThat(new GaussMarkov(1, 0.1, 1).next(start, start, 0, RANGES, RandomStream.ofSeed(3)))
        .isEqualTo(start);
  }

  @ParameterizedTest
  @CsvSource({
    "-0.1, 0.1, 1, correlation",
    "1.1, 0.1, 1, correlation",
    "NaN, 0.1, 1, correlation",
    "0.9, -1, 1, sigmaDeviation",
    "0.9, 0.1, Infinity, mDeviation"
  })
  void gaussMarkovRefusesWhatIsNoProcess(double rho, double sigma, double m, String field) {
    assertThatThrownBy(() -> new GaussMarkov(rho, sigma, m))
        .isInstanceOfSatisfying(
            InvalidValueException.class, e -> assertThat(e.field()).isEqualTo(field));
  }

  @ParameterizedTest
  @CsvSource({"2.5, 2.5", "3.5, 2.5", "1.5, 2.5", "2, 2", "3, 3", "4, 2", "5, 3", "-0.25, 2.25"})
  void reflectionFoldsAtBothEnds(double value, double folded) {
    assertThat(new Range(2, 3).reflect(value)).isCloseTo(folded, within(1e-12));
  }

  @Test
  void reflectionIntoAPointIsThePoint() {
    assertThat(new Range(2, 2).reflect(17)).isEqualTo(2);
  }

  private static double drift(double sigma, int layers) {
    ChannelState state = new ChannelState(sigma, 1);
    return new ReferenceDrift().next(state, state, layers, RANGES, RandomStream.ofSeed(1)).sigma();
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  private static double covariance(double[] left, double[] right, int lag) {
    double leftMean = mean(left);
    double rightMean = mean(right);
    double sum = 0;
    for (int i = lag; i < left.length; i++) {
      sum += (left[i - lag] - leftMean) * (right[i] - rightMean);
    }
    return sum / (left.length - lag);
  }
}
