package io.splitgym.agents.optimal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.agents.AnalyticModel;
import io.splitgym.agents.Environments;
import io.splitgym.agents.evaluation.Comparison;
import io.splitgym.agents.policy.Policy;
import io.splitgym.agents.policy.RandomPolicy;
import io.splitgym.agents.policy.StayPolicy;
import io.splitgym.channel.ChannelState;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.environment.StepResult;
import io.splitgym.random.RandomStream;
import io.splitgym.space.DiscreteElement;
import io.splitgym.validation.InvalidValueException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GaussMarkovOptimumTest {
  private static final AnalyticModel MODEL = new AnalyticModel();
  private static final int PLAYED = 4000;

  /** What the environment itself gives on average is the check of the whole chain. */
  @ParameterizedTest(name = "{0}, sigma {1}, m {2}, p {3}")
  @CsvSource({"objective, 0.15, 2, 10", "objective, 0.29, 0.6, 3", "reference, 0.1, 5, 14"})
  void stayingAndRandomActionsReturnWhatTheyDoInTheEnvironment(
      String reward, double sigma, double m, int split) {
    SplitInferenceParameters parameters = parameters(reward, 0.9);
    StartReturns exact = Optimum.of(MODEL, parameters).returns(new ChannelState(sigma, m), split);
    double[] stay = played(parameters, new StayPolicy(5), sigma, m, split);
    double[] random = played(parameters, new RandomPolicy(5), sigma, m, split);
    assertThat(exact.alwaysStay()).isCloseTo(Comparison.mean(stay), within(margin(stay)));
    assertThat(exact.random()).isCloseTo(Comparison.mean(random), within(margin(random)));
    assertThat(exact.optimal()).isGreaterThan(exact.random()).isGreaterThan(exact.alwaysStay());
  }

  @Test
  void withoutInnovationItIsTheStaticOptimum() {
    ChannelState start = new ChannelState(0.15, Math.sqrt(0.5 * 10));
    SplitInferenceParameters still =
        SplitInferenceParameters.from(Preset.DEFAULT, Map.of("episodeSteps", 5), MODEL.layers());
    StartReturns expected = Optimum.of(MODEL, still).returns(start, 6);
    // the start is a node of the grid, so nothing is interpolated
    StartReturns actual = Optimum.of(MODEL, parameters("objective", 1)).returns(start, 6);
    assertThat(actual.farthestFrom(expected)).isLessThan(0.01);
    assertThat(Optimum.of(MODEL, still).error(start, 6)).isZero();
  }

  @Test
  void theErrorIsStatedAndSmall() {
    Optimum optimum = Optimum.of(MODEL, parameters("objective", 0.9));
    assertThat(optimum.error(new ChannelState(0.2, 3), 12)).isPositive().isLessThan(0.1);
  }

  @Test
  void aSplitOutOfRangeIsRefused() {
    assertThatThrownBy(
            () ->
                Optimum.of(MODEL, parameters("objective", 0.9))
                    .returns(new ChannelState(0.2, 3), 30))
        .isInstanceOf(InvalidValueException.class);
  }

  private static double[] played(
      SplitInferenceParameters parameters, Policy policy, double sigma, double m, int split) {
    double[] returns = new double[PLAYED];
    var environment = Environments.over(MODEL, parameters);
    for (int episode = 0; episode < PLAYED; episode++) {
      var observation =
          environment
              .reset((long) episode, Map.of("sigma", sigma, "m", m, "p", split))
              .observation();
      var actor = policy.begin(observation, RandomStream.ofSeed(7).named("agent", episode));
      StepResult step;
      do {
        step = environment.step(new DiscreteElement(actor.act(observation)));
        observation = step.observation();
        returns[episode] += step.reward();
      } while (!step.done());
    }
    return returns;
  }

  /** Four standard errors, and what interpolating may cost. */
  private static double margin(double[] returns) {
    return 4 * Comparison.deviation(returns) / Math.sqrt(returns.length) + 0.02;
  }

  private static SplitInferenceParameters parameters(String reward, double correlation) {
    return SplitInferenceParameters.from(
        Preset.DEFAULT,
        Map.of(
            "reward",
            Map.of("kind", reward),
            "dynamics",
            Map.of("kind", "gauss-markov", "correlation", correlation),
            "episodeSteps",
            5),
        MODEL.layers());
  }
}
