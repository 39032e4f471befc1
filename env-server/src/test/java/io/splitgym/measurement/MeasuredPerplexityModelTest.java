package io.splitgym.measurement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.channel.Range;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.LogPerplexity;
import io.splitgym.validation.InvalidValueException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasuredPerplexityModelTest {
  private static final FadingAwgn CHANNEL = FadingAwgn.ofUnit(8.5);
  private static final ChannelRanges RANGES =
      new ChannelRanges(new Range(0, 0.3), new Range(0.5, 8));
  private static final MeasuredOptions EXACT = new MeasuredOptions(0, 0, 0, RANGES);
  private static final ChannelState STATE = new ChannelState(0.2, 2);

  @TempDir Path folder;

  private final AnalyticEvaluator evaluator = new AnalyticEvaluator(6, 3, 0);
  private MeasurementStore store;

  @BeforeEach
  void open() {
    store = MeasurementStore.open(folder.resolve("m.sqlite"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private MeasuredPerplexityModel model(MeasuredOptions options) {
    return new MeasuredPerplexityModel(evaluator, store, CHANNEL, options, 2);
  }

  @Test
  void withoutGridsTheStateItselfIsEvaluated() {
    LogPerplexity answer = model(EXACT).logPerplexity(STATE, 3, RandomStream.ofSeed(1));
    assertThat(answer.evaluatedAt()).isEqualTo(STATE);
    assertThat(answer.noiseSeed()).isPresent();
    assertThat(answer.value()).isGreaterThan(AnalyticEvaluator.CLEAN);
  }

  @Test
  void theSameStreamGivesTheSameAnswerAndAsksTheLlmOnce() {
    MeasuredPerplexityModel model = model(EXACT);
    LogPerplexity first = model.logPerplexity(STATE, 3, RandomStream.ofSeed(1));
    LogPerplexity again = model.logPerplexity(STATE, 3, RandomStream.ofSeed(1));
    assertThat(again).isEqualTo(first);
    assertThat(evaluator.evaluations()).isEqualTo(1);
  }

  @Test
  void aPoolBoundsHowManyDrawsThereAre() {
    MeasuredPerplexityModel model = model(new MeasuredOptions(3, 0, 0, RANGES));
    RandomStream noise = RandomStream.ofSeed(5);
    Set<Long> seeds = new HashSet<>();
    for (int i = 0; i < 60; i++) {
      seeds.add(model.logPerplexity(STATE, 3, noise).noiseSeed().orElseThrow());
    }
    assertThat(seeds).containsExactlyInAnyOrder(1L, 2L, 3L);
    assertThat(evaluator.evaluations()).isEqualTo(3);
  }

  @Test
  void statesAreSnappedToTheirGrids() {
    MeasuredPerplexityModel model = model(new MeasuredOptions(1, 4, 5, RANGES));
    LogPerplexity answer =
        model.logPerplexity(new ChannelState(0.17, 2.9), 3, RandomStream.ofSeed(1));
    assertThat(answer.evaluatedAt().sigma()).isCloseTo(0.2, within(1e-12));
    assertThat(answer.evaluatedAt().m()).isCloseTo(4, within(1e-12));
    assertThat(model.logPerplexity(new ChannelState(0.24, 5.6), 3, RandomStream.ofSeed(2)))
        .isEqualTo(answer);
    assertThat(evaluator.evaluations()).isEqualTo(1);
  }

  @Test
  void theEndsOfTheGridsAreOnThem() {
    MeasuredOptions options = new MeasuredOptions(0, 7, 9, RANGES);
    for (ChannelState corner :
        new ChannelState[] {new ChannelState(0, 0.5), new ChannelState(0.3, 8)}) {
      assertThat(options.snap(corner)).isEqualTo(corner);
    }
  }

  @Test
  void aStateOutsideOfItsGridIsRefused() {
    MeasuredPerplexityModel model = model(new MeasuredOptions(0, 4, 0, RANGES));
    assertThatThrownBy(
            () -> model.logPerplexity(new ChannelState(0.4, 1), 3, RandomStream.ofSeed(1)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("sigma is 0.4, must be in [0, 0.3]");
  }

  @Test
  void theCleanValueIsMeasuredOnce() {
    assertThat(model(EXACT).cleanLogPerplexity()).isEqualTo(model(EXACT).cleanLogPerplexity());
    assertThat(evaluator.evaluations()).isEqualTo(1);
  }

  @Test
  void optionsThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> new MeasuredOptions(-1, 0, 0, RANGES))
        .hasMessageContaining("noisePool");
    assertThatThrownBy(() -> new MeasuredOptions(0, 1, 0, RANGES))
        .hasMessageContaining("sigmaLevels");
    assertThatThrownBy(() -> new MeasuredOptions(0, 0, 1, RANGES)).hasMessageContaining("mLevels");
  }
}
