package io.splitgym.agents.optimal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.agents.AnalyticModel;
import io.splitgym.agents.Environments;
import io.splitgym.agents.evaluation.Comparison;
import io.splitgym.agents.policy.Agent;
import io.splitgym.agents.policy.RandomPolicy;
import io.splitgym.agents.policy.StayPolicy;
import io.splitgym.channel.ChannelDynamics.GaussMarkov;
import io.splitgym.channel.ChannelState;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.environment.SplitRange;
import io.splitgym.environment.StepResult;
import io.splitgym.random.RandomStream;
import io.splitgym.space.DiscreteElement;
import io.splitgym.space.SpaceElement;
import io.splitgym.validation.InvalidValueException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.commons.math3.analysis.integration.gauss.GaussIntegrator;
import org.apache.commons.math3.analysis.integration.gauss.GaussIntegratorFactory;
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

  /** Every action, and all that may follow it, with neither a grid nor anything interpolated. */
  @ParameterizedTest(name = "{0}, sigma {1}, m {2}, p {3}")
  @CsvSource({"objective, 0.12, 1.5, 5", "objective, 0.28, 0.7, 4", "reference, 0.05, 6, 6"})
  void equalsExhaustiveSearchOverActionsAndWhatMayFollow(
      String reward, double sigma, double m, int split) {
    SplitInferenceParameters parameters =
        SplitInferenceParameters.from(
            Preset.DEFAULT,
            Map.of(
                "reward", Map.of("kind", reward),
                "dynamics", Map.of("kind", "gauss-markov", "correlation", 0.8),
                "splitRange", List.of(4, 6),
                "actions", 3,
                "episodeSteps", 2),
            MODEL.layers());
    ChannelState start = new ChannelState(sigma, m);
    Optimum optimum = Optimum.of(MODEL, parameters);
    Tree tree = new Tree(parameters, start, split);
    double error = optimum.error(start, split);
    assertThat(optimum.returns(start, split).optimal())
        .isCloseTo(tree.value(0, start, split), within(error + 1e-9));

    Optimum.BestActions best = optimum.actions(start, split);
    for (ChannelState now : List.of(start, new ChannelState(0.2, 2.5), new ChannelState(0.01, 9))) {
      for (int step = 0; step < 2; step++) {
        for (int p = 4; p <= 6; p++) {
          double chosen = tree.valueOf(best.at(step, now, p), step, now, p);
          assertThat(chosen).isCloseTo(tree.value(step, now, p), within(2 * error + 1e-9));
        }
      }
    }
  }

  @Test
  void whoFollowsTheBestActionsReturnsTheOptimumOnAverage() {
    SplitInferenceParameters parameters = parameters("objective", 0.9);
    ChannelState start = new ChannelState(0.2, 1.2);
    Optimum optimum = Optimum.of(MODEL, parameters);
    double[] optimal = played(parameters, solvedOnce(optimum, parameters), 0.2, 1.2, 8);
    assertThat(optimum.returns(start, 8).optimal())
        .isCloseTo(Comparison.mean(optimal), within(margin(optimal)));
    double[] greedy =
        played(parameters, new GreedySurrogateAgent(optimum, parameters), 0.2, 1.2, 8);
    // in the very same courses of the channel
    assertThat(Comparison.mean(optimal)).isGreaterThanOrEqualTo(Comparison.mean(greedy) - 0.01);
  }

  /** An episode's own solution isn't needed where all episodes start alike. */
  private static Agent solvedOnce(Optimum optimum, SplitInferenceParameters parameters) {
    Optimum.BestActions best = optimum.actions(new ChannelState(0.2, 1.2), 8);
    return new Agent() {
      @Override
      public String name() {
        return "optimal";
      }

      @Override
      public Actor begin(SpaceElement firstObservation, RandomStream random) {
        AtomicInteger step = new AtomicInteger();
        return observation -> {
          Observed now = Observed.of(observation, parameters);
          return best.at(step.getAndIncrement(), now.state(), now.split());
        };
      }
    };
  }

  @Test
  void theAgentThatPlansFollowsTheBestActions() {
    SplitInferenceParameters parameters = parameters("objective", 0.9);
    Optimum optimum = Optimum.of(MODEL, parameters);
    double[] planned = played(parameters, new OptimalAgent(optimum, parameters), 0.2, 1.2, 8, 3);
    double[] followed = played(parameters, solvedOnce(optimum, parameters), 0.2, 1.2, 8, 3);
    // but for the start's sigma and m, which the agent sees as float32
    assertThat(planned).containsExactly(followed, within(1e-3));
  }

  @Test
  void aStartAtEverySplitIsSolvedAsEachAlone() {
    for (String reward : List.of("objective", "reference")) {
      SplitInferenceParameters parameters = parameters(reward, 0.9);
      Optimum optimum = Optimum.of(MODEL, parameters);
      ChannelState start = new ChannelState(0.1, 3);
      SplitRange some = new SplitRange(10, 12);
      List<StartReturns> all = optimum.returns(start, some);
      assertThat(all).hasSize(3);
      for (int split = 10; split <= 12; split++) {
        assertThat(all.get(split - 10)).isEqualTo(optimum.returns(start, split));
      }
    }
  }

  @Test
  void meansOverTheStartsAreThoseOfTheStaticChannelWhereNothingChanges() {
    Map<String, Object> small =
        Map.of(
            "splitRange", List.of(3, 6),
            "sigmaRange", List.of(0.1, 0.2),
            "mRange", List.of(2, 2),
            "actions", 3,
            "episodeSteps", 3);
    Map<String, Object> still = new LinkedHashMap<>(small);
    still.put("dynamics", Map.of("kind", "gauss-markov", "correlation", 1));
    SplitInferenceParameters exact =
        SplitInferenceParameters.from(Preset.DEFAULT, small, MODEL.layers());
    SplitInferenceParameters grid =
        SplitInferenceParameters.from(Preset.DEFAULT, still, MODEL.layers());
    MeanReturns expected = MeanReturns.of(Optimum.of(MODEL, exact), exact);
    MeanReturns actual = MeanReturns.of(Optimum.of(MODEL, grid), grid);
    assertThat(actual.error()).isBetween(0.0, 0.01);
    assertThat(actual.returns().farthestFrom(expected.returns()))
        .isLessThan(actual.error() + expected.error() + 1e-9);
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
      SplitInferenceParameters parameters, Agent agent, double sigma, double m, int split) {
    return played(parameters, agent, sigma, m, split, PLAYED);
  }

  private static double[] played(
      SplitInferenceParameters parameters,
      Agent agent,
      double sigma,
      double m,
      int split,
      int episodes) {
    double[] returns = new double[episodes];
    var environment = Environments.over(MODEL, parameters);
    for (int episode = 0; episode < episodes; episode++) {
      var observation =
          environment
              .reset((long) episode, Map.of("sigma", sigma, "m", m, "p", split))
              .observation();
      var actor = agent.begin(observation, RandomStream.ofSeed(7).named("agent", episode));
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

  /** All actions and all that may follow them, by nested quadrature. */
  private static final class Tree {
    private static final GaussIntegrator HERMITE = new GaussIntegratorFactory().hermite(7);

    private final SplitInferenceParameters parameters;
    private final GaussMarkov dynamics;
    private final ChannelState start;
    private final int startSplit;
    private final Optimum rewards;

    Tree(SplitInferenceParameters parameters, ChannelState start, int startSplit) {
      this.parameters = parameters;
      this.dynamics = (GaussMarkov) parameters.dynamics();
      this.start = start;
      this.startSplit = startSplit;
      this.rewards = Optimum.of(MODEL, parameters);
    }

    double value(int step, ChannelState now, int split) {
      if (step == parameters.episodeSteps()) {
        return 0;
      }
      double greatest = Double.NEGATIVE_INFINITY;
      for (int action = 0; action < parameters.actions().actions(); action++) {
        greatest = Math.max(greatest, valueOf(action, step, now, split));
      }
      return greatest;
    }

    double valueOf(int action, int step, ChannelState now, int split) {
      int target = parameters.actions().target(split, action, parameters.splits());
      double rho = dynamics.correlation();
      double spread = Math.sqrt(1 - rho * rho);
      double sum = 0;
      for (int i = 0; i < HERMITE.getNumberOfPoints(); i++) {
        for (int j = 0; j < HERMITE.getNumberOfPoints(); j++) {
          ChannelState next =
              new ChannelState(
                  parameters
                      .ranges()
                      .sigma()
                      .reflect(
                          start.sigma()
                              + rho * (now.sigma() - start.sigma())
                              + spread * dynamics.sigmaDeviation() * normal(i)),
                  parameters
                      .ranges()
                      .m()
                      .reflect(
                          start.m()
                              + rho * (now.m() - start.m())
                              + spread * dynamics.mDeviation() * normal(j)));
          double weight = HERMITE.getWeight(i) * HERMITE.getWeight(j) / Math.PI;
          sum +=
              weight
                  * (rewards.reward(start, startSplit, next, target)
                      + value(step + 1, next, target));
        }
      }
      return sum;
    }

    /** A point for e^(-x^2) as one of a standard normal variable. */
    private static double normal(int index) {
      return Math.sqrt(2) * HERMITE.getPoint(index);
    }
  }
}
