package io.splitgym.agents.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.agents.optimal.StartReturns;
import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static final double[] RANDOM = {-9, -8, -10, -7};
  private static final double[] OPTIMAL = {-3, -4, -2, -1};

  @Test
  void randomScoresZeroAndOptimalOne() {
    assertThat(of(RANDOM).normalizedScore()).isEqualTo(new Interval(0, 0, 0));
    assertThat(of(OPTIMAL).normalizedScore()).isEqualTo(new Interval(1, 1, 1));
    assertThat(of(OPTIMAL).regret()).isEqualTo(new Interval(0, 0, 0));
  }

  @Test
  void whereTheOptimumIsNoBetterThanRandomThereIsNoScore() {
    List<StartReturns> same =
        Stream.of(-0.3, -0.1 - 0.2).map(value -> new StartReturns(value, value, -0.3)).toList();
    double[][] agent = {{-0.3, -0.3}};
    Comparison comparison = Comparison.between(agent, same, Bootstrap.ofSeed(1));
    assertThat(comparison.normalizedScore())
        .isEqualTo(new Interval(Double.NaN, Double.NaN, Double.NaN));
    assertThat(comparison.regret().mean()).isCloseTo(0, within(1e-12));
  }

  @Test
  void meanReturnAndRegretAreOverAllSeedsAndEpisodes() {
    Comparison comparison = of(new double[] {-5, -5, -5, -5}, new double[] {-3, -3, -3, -3});
    assertThat(comparison.meanReturn().mean()).isEqualTo(-4);
    assertThat(comparison.regret().mean()).isEqualTo(1.5);
    assertThat(comparison.deviationOverSeeds()).hasValue(Math.sqrt(2));
    assertThat(of(RANDOM).deviationOverSeeds()).isEmpty();
  }

  @Test
  void intervalHasTheWidthOfTheMeansOwnDistribution() {
    RandomStream random = RandomStream.ofSeed(11);
    double[] sample = new double[400];
    Arrays.setAll(sample, i -> 3 + 2 * random.nextGaussian());
    double expected = 1.96 * Comparison.deviation(sample) / Math.sqrt(sample.length);
    Interval interval =
        Comparison.withRandom(new double[][] {sample}, sample, Bootstrap.ofSeed(1)).meanReturn();
    assertThat(interval.mean() - interval.low()).isCloseTo(expected, within(0.1 * expected));
    assertThat(interval.high() - interval.mean()).isCloseTo(expected, within(0.1 * expected));
  }

  @Test
  void differencesBetweenSeedsWidenTheInterval() {
    double[] zeros = new double[50];
    double[] ones = new double[50];
    Arrays.fill(ones, 1);
    Interval interval =
        Comparison.withRandom(new double[][] {zeros, ones, zeros, ones}, zeros, Bootstrap.ofSeed(1))
            .meanReturn();
    assertThat(interval.mean()).isEqualTo(0.5);
    assertThat(interval.low()).isLessThan(0.2);
    assertThat(interval.high()).isGreaterThan(0.8);
  }

  @Test
  void sameSeedSameInterval() {
    double[] sample = {1, 5, 2, 8, 3, 9, 4};
    Bootstrap.Statistic mean =
        (rows, columns) -> Arrays.stream(columns).mapToDouble(i -> sample[i]).average().orElse(0);
    Interval first = Bootstrap.ofSeed(4).interval(1, sample.length, mean);
    assertThat(Bootstrap.ofSeed(4).interval(1, sample.length, mean)).isEqualTo(first);
    assertThat(Bootstrap.ofSeed(5).interval(1, sample.length, mean)).isNotEqualTo(first);
  }

  @Test
  void returnsOfOtherEpisodesAreRefused() {
    assertThatThrownBy(() -> of(new double[] {1, 2}))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("returns is 2 episodes, must be 4 episodes");
  }

  private static Comparison of(double[]... agent) {
    List<StartReturns> anchors =
        IntStream.range(0, RANDOM.length)
            .mapToObj(i -> new StartReturns(OPTIMAL[i], Double.NaN, RANDOM[i]))
            .toList();
    return Comparison.between(agent, anchors, Bootstrap.ofSeed(1));
  }
}
