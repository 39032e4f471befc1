package io.splitgym.agents.optimal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.agents.AnalyticModel;
import io.splitgym.agents.Environments;
import io.splitgym.agents.policy.Agent;
import io.splitgym.agents.policy.RandomPolicy;
import io.splitgym.agents.policy.StaticSplitPolicy;
import io.splitgym.agents.policy.StayPolicy;
import io.splitgym.channel.ChannelState;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.environment.StepResult;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.LogPerplexity;
import io.splitgym.reward.PerplexityModel;
import io.splitgym.space.DiscreteElement;
import io.splitgym.validation.InvalidValueException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExactOptimumTest {
  private static final AnalyticModel MODEL = new AnalyticModel();
  private static final double ROUNDING = 1e-9;

  @ParameterizedTest(name = "{0}, sigma {1}")
  @CsvSource({"objective, 0.02", "objective, 0.25", "reference, 0.1"})
  void bestSplitIsThatOfTheGreatestRewardOfAllThatStay(String reward, double sigma) {
    var parameters =
        parameters(
            Map.of("reward", Map.of("kind", reward), "episodeSteps", 1, "actionKind", "splits"));
    var environment = Environments.over(MODEL, parameters);
    Map<String, Object> start = Map.of("sigma", sigma, "m", 1.0, "p", 7);
    Optimum.BestSplit best =
        new ExactOptimum(MODEL, parameters).bestSplit(new ChannelState(sigma, 1), 7);
    for (int split = 1; split <= 29; split++) {
      environment.reset(1L, start);
      double gained = environment.step(new DiscreteElement(split - 1)).reward();
      assertThat(gained).isLessThanOrEqualTo(best.reward() + ROUNDING);
      if (split == best.split()) {
        assertThat(gained).isCloseTo(best.reward(), within(ROUNDING));
      }
    }
  }

  @ParameterizedTest(name = "{0} actions, {1}, {2}, start {3} {4} {5}")
  @CsvSource({
    "3, objective, static, 0.25, 1.0, 4",
    "5, objective, static, 0.02, 1.0, 29",
    "5, objective, reference-drift, 0.30, 0.5, 1",
    "7, objective, static, 0.15, 8.0, 12",
    "5, reference, static, 0.10, 2.0, 3",
    "9, reference, reference-drift, 0.30, 1.0, 1",
    "7, reference, reference-drift, 0.01, 1.0, 20"
  })
  void equalsTheBestOfAllActionSequencesPlayedInTheEnvironment(
      int actions, String reward, String dynamics, double sigma, double m, int split) {
    var parameters =
        parameters(
            Map.of(
                "actions",
                actions,
                "reward",
                Map.of("kind", reward),
                "dynamics",
                Map.of("kind", dynamics),
                "episodeSteps",
                3));
    var environment = Environments.over(MODEL, parameters);
    Map<String, Object> start = Map.of("sigma", sigma, "m", m, "p", split);

    double best = Double.NEGATIVE_INFINITY;
    for (int sequence = 0; sequence < actions * actions * actions; sequence++) {
      List<Integer> played =
          List.of(sequence % actions, sequence / actions % actions, sequence / actions / actions);
      best = Math.max(best, play(environment, start, played));
    }

    Plan plan = new ExactOptimum(MODEL, parameters).plan(new ChannelState(sigma, m), split);
    assertThat(plan.optimalReturn()).isCloseTo(best, within(ROUNDING));
    assertThat(play(environment, start, plan.actions())).isCloseTo(best, within(ROUNDING));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void noAgentGetsMore(long seed) {
    RandomStream random = RandomStream.ofSeed(seed);
    // in one whose channel is random, an agent may be lucky
    List<Preset> presets =
        Arrays.stream(Preset.values()).filter(one -> one != Preset.VARYING).toList();
    Preset preset = presets.get(random.nextInteger(0, presets.size() - 1));
    int actions = 2 * random.nextInteger(1, 3) + 1;
    var parameters =
        SplitInferenceParameters.from(preset, Map.of("actions", actions), MODEL.layers());
    var environment = Environments.over(MODEL, parameters);
    var optimum = new ExactOptimum(MODEL, parameters);
    int target = random.nextInteger(parameters.splits().min(), parameters.splits().max());
    List<Agent> agents =
        List.of(
            new RandomPolicy(actions),
            new StayPolicy(actions),
            new StaticSplitPolicy(parameters.actions(), parameters.splits(), target),
            new OptimalAgent(optimum, parameters));
    for (int episode = 0; episode < 10; episode++) {
      environment.reset(random.nextLong(), Map.of());
      var start = Objects.requireNonNull(environment.state().episode());
      var options =
          Map.<String, Object>of(
              "sigma", start.now().sigma(), "m", start.now().m(), "p", start.split());
      double optimal = optimum.plan(start.now(), start.split()).optimalReturn();
      for (Agent agent : agents) {
        assertThat(play(environment, options, agent, random.named("agent", episode)))
            .as("%s, preset %s, %s actions, seed %s", agent.name(), preset.id(), actions, seed)
            .isLessThanOrEqualTo(optimal + ROUNDING);
      }
    }
  }

  @Test
  void agentThatPlansGetsTheOptimalReturn() {
    var parameters = parameters(Map.of("actions", 7));
    var environment = Environments.over(MODEL, parameters);
    var optimum = new ExactOptimum(MODEL, parameters);
    Map<String, Object> start = Map.of("sigma", 0.25, "m", 1.0, "p", 3);
    double played =
        play(environment, start, new OptimalAgent(optimum, parameters), RandomStream.ofSeed(0));
    // the agent sees sigma as a float32
    assertThat(played)
        .isCloseTo(optimum.plan(new ChannelState(0.25, 1.0), 3).optimalReturn(), within(ROUNDING));
  }

  @Test
  void planMovesDeeperUnderMoreNoise() {
    var optimum = new ExactOptimum(MODEL, parameters(Map.of()));
    List<Integer> quiet = optimum.plan(new ChannelState(0.01, 5), 5).splits();
    List<Integer> noisy = optimum.plan(new ChannelState(0.3, 5), 5).splits();
    assertThat(quiet.get(quiet.size() - 1)).isLessThan(5);
    assertThat(noisy.get(noisy.size() - 1)).isGreaterThan(5);
  }

  @Test
  void referenceRewardIsCountedFromTheStartsOwnPerplexity() {
    var parameters =
        SplitInferenceParameters.from(
            Preset.REFERENCE, Map.of("actions", 3, "episodeSteps", 1), MODEL.layers());
    Plan plan = new ExactOptimum(MODEL, parameters).plan(new ChannelState(0, 1), 1);
    // without noise every split has the start's perplexity: staying at 1 saves the most load
    assertThat(plan.actions()).containsExactly(0);
    assertThat(plan.optimalReturn()).isCloseTo(0.9, within(1e-12));
  }

  @Test
  void longStaticEpisodesAreSolvedToo() {
    var parameters = parameters(Map.of("episodeSteps", 2000));
    Plan plan = new ExactOptimum(MODEL, parameters).plan(new ChannelState(0.2, 2), 29);
    assertThat(plan.actions()).hasSize(2000);
  }

  @Test
  void refusesAChannelWhoseCourseIsRandom() {
    var parameters = parameters(Map.of("dynamics", Map.of("kind", "gauss-markov")));
    assertThatThrownBy(() -> new ExactOptimum(MODEL, parameters))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("dynamics is gauss-markov, must be static or reference-drift");
  }

  @Test
  void refusesAModelThatDrawsNoise() {
    PerplexityModel drawing =
        new PerplexityModel() {
          @Override
          public int layers() {
            return 30;
          }

          @Override
          public double cleanLogPerplexity() {
            return 3;
          }

          @Override
          public LogPerplexity logPerplexity(ChannelState state, int split, RandomStream noise) {
            return new LogPerplexity(4, state, OptionalLong.of(17));
          }
        };
    var optimum = new ExactOptimum(drawing, parameters(Map.of()));
    assertThatThrownBy(() -> optimum.plan(new ChannelState(0.1, 1), 4))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("draws noise");
  }

  @Test
  void refusesAStartOutsideOfTheRange() {
    var optimum = new ExactOptimum(MODEL, parameters(Map.of("splitRange", List.of(3, 9))));
    assertThatThrownBy(() -> optimum.plan(new ChannelState(0.1, 1), 2))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("p is 2, must be in [3, 9]");
  }

  @Test
  void refusesAStateSpaceThatIsTooLarge() {
    var parameters =
        parameters(
            Map.of("dynamics", Map.of("kind", "reference-drift"), "episodeSteps", 1_000_000));
    var optimum = new ExactOptimum(new Flat(), parameters);
    assertThatThrownBy(() -> optimum.plan(new ChannelState(0.1, 1), 15))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("episodeSteps");
  }

  private static SplitInferenceParameters parameters(Map<String, Object> overrides) {
    return SplitInferenceParameters.from(Preset.DEFAULT, overrides, MODEL.layers());
  }

  private static double play(
      SplitInferenceEnvironment environment, Map<String, Object> start, List<Integer> actions) {
    environment.reset(null, start);
    return actions.stream()
        .mapToDouble(action -> environment.step(new DiscreteElement(action)).reward())
        .sum();
  }

  private static double play(
      SplitInferenceEnvironment environment,
      Map<String, Object> start,
      Agent agent,
      RandomStream random) {
    var observation = environment.reset(null, start).observation();
    Agent.Actor actor = agent.begin(observation, random);
    double sum = 0;
    StepResult step;
    do {
      step = environment.step(new DiscreteElement(actor.act(observation)));
      observation = step.observation();
      sum += step.reward();
    } while (!step.done());
    return sum;
  }

  /** Nothing costs anything. */
  private static final class Flat implements PerplexityModel {
    @Override
    public int layers() {
      return 30;
    }

    @Override
    public double cleanLogPerplexity() {
      return 0;
    }

    @Override
    public LogPerplexity logPerplexity(ChannelState state, int split, RandomStream noise) {
      return new LogPerplexity(0, state, OptionalLong.empty());
    }
  }
}
