package io.splitgym.agents.optimal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.agents.AnalyticModel;
import io.splitgym.channel.ChannelState;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.LogPerplexity;
import io.splitgym.reward.PerplexityModel;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class MeanReturnsTest {
  /** The reward's first term is sigma^2 p. */
  private static final class Term implements PerplexityModel {
    @Override
    public int layers() {
      return 12;
    }

    @Override
    public double cleanLogPerplexity() {
      return 0;
    }

    @Override
    public boolean givesRewardTerm() {
      return true;
    }

    @Override
    public LogPerplexity logPerplexity(ChannelState state, int split, RandomStream noise) {
      return new LogPerplexity(state.sigma() * state.sigma() * split, state, OptionalLong.empty());
    }
  }

  @Test
  void meansOverSmoothReturnsAreTheIntegrals() {
    Map<String, Object> overrides =
        Map.of(
            "reward", Map.of("kind", "reference"),
            "splitRange", java.util.List.of(1, 3),
            "startSplitRange", java.util.List.of(1, 2),
            "sigmaRange", java.util.List.of(0, 0.6),
            "mRange", java.util.List.of(1, 1),
            "actions", 3,
            "episodeSteps", 2);
    Term model = new Term();
    SplitInferenceParameters parameters =
        SplitInferenceParameters.from(Preset.DEFAULT, overrides, model.layers());
    MeanReturns means = MeanReturns.of(new ExactOptimum(model, parameters), parameters);
    double square = 0.12; // the mean of sigma^2 over [0, 0.6]

    // staying at p for two steps gives 2 (sigma^2 p + (3 - p) / 3)
    assertThat(means.returns().alwaysStay()).isCloseTo(3 * square + 1, within(1e-9));
    // from 1: to 1, 1, 2 first, and so on; expected splits after one step 4/3 and after two 14/9
    double fromOne = square * (4.0 / 3 + 14.0 / 9) + (5.0 / 3 + 13.0 / 9) / 3;
    // from 2: 1, 2, 3, by symmetry 2 on average always
    double fromTwo = square * 4 + 2.0 / 3;
    assertThat(means.returns().random()).isCloseTo((fromOne + fromTwo) / 2, within(1e-9));
    // sigma^2 > 1/3 moves away from the input; where the two meet there is a kink
    double threshold = Math.sqrt(1.0 / 3);
    double high = 0.6;
    double below = Math.pow(threshold, 3) / 3;
    double above = (Math.pow(high, 3) - Math.pow(threshold, 3)) / 3;
    double optimalFromOne =
        (2 * below + 4.0 / 3 * threshold + 5 * above + 1.0 / 3 * (high - threshold)) / high;
    double optimalFromTwo = (2 * below + 4.0 / 3 * threshold + 6 * above) / high;
    assertThat(means.returns().optimal())
        .isCloseTo((optimalFromOne + optimalFromTwo) / 2, within(1e-4));
    assertThat(means.error()).isLessThan(1e-3);
  }

  @Test
  void oneStartsReturnsAgreeWithItsPlan() {
    AnalyticModel model = new AnalyticModel();
    SplitInferenceParameters parameters =
        SplitInferenceParameters.from(Preset.REFERENCE, Map.of("actions", 9), model.layers());
    ExactOptimum optimum = new ExactOptimum(model, parameters);
    ChannelState start = new ChannelState(0.2, 1);
    StartReturns returns = optimum.returns(start, 5);
    assertThat(returns.optimal()).isEqualTo(optimum.plan(start, 5).optimalReturn());
    assertThat(returns.optimal())
        .isGreaterThan(returns.random())
        .isGreaterThan(returns.alwaysStay());
    // the split and so the channel stay: the perplexity term is 0
    assertThat(returns.alwaysStay()).isCloseTo(5 * 0.5, within(1e-12));
  }
}
