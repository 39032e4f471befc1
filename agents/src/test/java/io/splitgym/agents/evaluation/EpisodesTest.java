package io.splitgym.agents.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.agents.AnalyticModel;
import io.splitgym.agents.Environments;
import io.splitgym.agents.optimal.ExactOptimum;
import io.splitgym.agents.optimal.OptimalAgent;
import io.splitgym.agents.optimal.Optimum;
import io.splitgym.agents.optimal.StartReturns;
import io.splitgym.agents.policy.RandomPolicy;
import io.splitgym.agents.policy.StaticSplitPolicy;
import io.splitgym.agents.policy.StayPolicy;
import io.splitgym.channel.ChannelState;
import io.splitgym.environment.Preset;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.LogPerplexity;
import io.splitgym.reward.PerplexityModel;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class EpisodesTest {
  /** Ten layers; each layer on the edge costs 0.2 nats, whatever the channel. */
  private static final PerplexityModel LINEAR =
      new PerplexityModel() {
        @Override
        public int layers() {
          return 10;
        }

        @Override
        public double cleanLogPerplexity() {
          return 3;
        }

        @Override
        public LogPerplexity logPerplexity(ChannelState state, int split, RandomStream noise) {
          return new LogPerplexity(3 + 0.2 * (10 - split), state, OptionalLong.empty());
        }
      };

  /** Starts at 4, four steps, 5 actions. */
  private static final Map<String, Object> FROM_FOUR =
      Map.of("episodeSteps", 4, "startSplitRange", List.of(4, 4));

  @Test
  void returnOfStayingIsTheStartsRewardOnceForEachStep() {
    var environment = Environments.over(LINEAR, Preset.DEFAULT, FROM_FOUR);
    double[] returns = new Episodes(1, 3).returns(environment, new StayPolicy(5), done -> {});
    // -(0.2 * 6 + 4 / 10) = -1.6 in each of four steps
    assertThat(returns).containsExactly(new double[] {-6.4, -6.4, -6.4}, within(1e-9));
  }

  @Test
  void returnOfAStaticSplitCountsTheWayThere() {
    var environment = Environments.over(LINEAR, Preset.DEFAULT, FROM_FOUR);
    var policy =
        new StaticSplitPolicy(
            environment.parameters().actions(), environment.parameters().splits(), 7);
    double[] returns = new Episodes(1, 1).returns(environment, policy, done -> {});
    // at 6: 0.8 + 0.6; at 7, three times: 0.6 + 0.7
    assertThat(returns[0]).isCloseTo(-(1.4 + 3 * 1.3), within(1e-9));
  }

  @Test
  void optimalReturnIsThatOfTheAgentThatPlans() {
    AnalyticModel model = new AnalyticModel();
    var environment = Environments.over(model, Preset.DEFAULT, Map.of());
    var optimum = new ExactOptimum(model, environment.parameters());
    Episodes episodes = new Episodes(3, 20);
    double[] optimal =
        episodes.anchors(environment, optimum).stream()
            .mapToDouble(StartReturns::optimal)
            .toArray();
    double[] played =
        episodes.returns(
            environment, new OptimalAgent(optimum, environment.parameters()), done -> {});
    for (int i = 0; i < optimal.length; i++) {
      assertThat(played[i]).isCloseTo(optimal[i], within(1e-6));
    }
  }

  @Test
  void whereTheCourseIsRandomScoresAreBetweenWhatIsPlayedUnderIt() {
    AnalyticModel model = new AnalyticModel();
    var environment = Environments.over(model, Preset.VARYING, Map.of("actions", 3));
    Optimum optimum = Optimum.of(model, environment.parameters());
    Episodes episodes = new Episodes(3, 4);
    List<StartReturns> anchors = episodes.anchors(environment, optimum);
    double[] planned =
        episodes.returns(
            environment, new OptimalAgent(optimum, environment.parameters()), done -> {});
    double[] stayed = episodes.returns(environment, new StayPolicy(3), done -> {});
    for (int i = 0; i < planned.length; i++) {
      assertThat(anchors.get(i).optimal()).isEqualTo(planned[i]);
      assertThat(anchors.get(i).alwaysStay()).isEqualTo(stayed[i]);
    }
    StartReturns mean = StartReturns.mean(anchors);
    // random actions are played often enough to come near what is expected of them
    assertThat(mean.random())
        .isCloseTo(
            StartReturns.mean(episodes.exactReturns(environment, optimum)).random(), within(0.5))
        .isLessThan(mean.optimal());
  }

  @Test
  void everyAgentPlaysTheSameEpisodes() {
    var environment = Environments.over(new AnalyticModel(), Preset.DEFAULT, Map.of());
    Episodes episodes = new Episodes(9, 5);
    double[] first = episodes.returns(environment, new RandomPolicy(5), done -> {});
    episodes.returns(environment, new StayPolicy(5), done -> {});
    assertThat(episodes.returns(environment, new RandomPolicy(5), done -> {})).isEqualTo(first);
    assertThat(new Episodes(10, 5).returns(environment, new RandomPolicy(5), done -> {}))
        .isNotEqualTo(first);
  }
}
