package io.splitgym.agents.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class BootstrapTest {
  @Test
  void interquartileMeanLeavesAQuarterAwayAtEachEnd() {
    assertThat(InterquartileMean.of(new double[] {100, 1, 2, -50})).isEqualTo(1.5);
    // scipy.stats.trim_mean([3, 1, 4, 1, 5, 9, 2, 6, 5, 3], 0.25), as in rliable
    assertThat(InterquartileMean.of(new double[] {3, 1, 4, 1, 5, 9, 2, 6, 5, 3}))
        .isCloseTo(22.0 / 6, within(1e-12));
    assertThat(InterquartileMean.of(new double[] {4, 8})).isEqualTo(6);
  }

  @Test
  void runsAreResampledWithinTheirTask() {
    // if tasks were mixed, the mean would vary between 0 and 1
    Interval apart =
        Bootstrap.ofSeed(3)
            .stratified(List.of(new double[] {0, 0, 0}, new double[] {1, 1, 1}), Comparison::mean);
    assertThat(apart).isEqualTo(new Interval(0.5, 0.5, 0.5));
  }

  @Test
  void moreRunsNarrowTheInterval() {
    assertThat(width(40)).isLessThan(0.6 * width(10));
    assertThat(width(10)).isPositive();
  }

  private static double width(int runs) {
    double[] scores = new double[runs];
    Arrays.setAll(scores, i -> i % 2);
    Interval interval = Bootstrap.ofSeed(1).stratified(List.of(scores), Comparison::mean);
    return interval.high() - interval.low();
  }
}
