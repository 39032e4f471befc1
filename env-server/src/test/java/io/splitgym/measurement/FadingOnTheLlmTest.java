package io.splitgym.measurement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.channel.ChannelState;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.channel.Transmission;
import io.splitgym.checkpoint.hub.RealModel;
import io.splitgym.perplexity.Corpus;
import io.splitgym.perplexity.HiddenStateBounds;
import io.splitgym.perplexity.LanguageModel;
import io.splitgym.perplexity.LlmEvaluator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;
import org.junit.jupiter.api.Test;

/** The two ways to a mean over the fading, on the real LLM. */
class FadingOnTheLlmTest {
  private static final int SPLIT = 27;
  private static final int DRAWS = 40;
  private static final List<Double> LEVELS =
      List.of(0.5, 1.0, 2.0, 4.0, 8.0, 12.0, 16.0, 24.0, 32.0, 64.0, 256.0);

  @Test
  void quadratureOverMeasuredLevelsAgreesWithDrawnFading() throws IOException {
    FadingAwgn channel = FadingAwgn.ofUnit(40);
    ChannelState state = new ChannelState(0.3, 1);
    try (LanguageModel model = LanguageModel.load("smollm2-135m", "unused", RealModel.smollm2());
        LlmEvaluator evaluator =
            new LlmEvaluator(
                model,
                Corpus.shipped(),
                32,
                32,
                512,
                Runtime.getRuntime().availableProcessors(),
                HiddenStateBounds.DEFAULT)) {
      List<Measurement> measured = new ArrayList<>();
      SweepPlan.overLevels(
              evaluator.setting(), channel, LEVELS, List.of(SPLIT), List.of(1L, 2L, 3L))
          .cells()
          .forEach(key -> measured.add(Measurement.take(evaluator, key)));
      LevelTable table = new LevelTable(Measurements.of(evaluator.setting(), channel, measured));

      SummaryStatistics drawn = new SummaryStatistics();
      for (int draw = 0; draw < DRAWS; draw++) {
        Transmission transmission = new Transmission.AtState(channel, state);
        drawn.addValue(evaluator.evaluate(SPLIT, transmission, 1000 + draw).mean());
      }
      double standardError = drawn.getStandardDeviation() / Math.sqrt(DRAWS);
      assertThat(drawn.getMean()).isGreaterThan(table.cleanLogPerplexity() + 1);
      assertThat(table.expectedLogPerplexity(state, SPLIT))
          .isCloseTo(
              drawn.getMean(), within(4 * standardError + 4 * table.standardError(state, SPLIT)));
    }
  }
}
