package io.splitgym.agents.evaluation;

import io.splitgym.agents.optimal.OptimalAgent;
import io.splitgym.agents.optimal.Optimum;
import io.splitgym.agents.optimal.StartReturns;
import io.splitgym.agents.policy.Agent;
import io.splitgym.agents.policy.RandomPolicy;
import io.splitgym.agents.policy.StayPolicy;
import io.splitgym.channel.ChannelDynamics;
import io.splitgym.environment.Environment;
import io.splitgym.environment.EnvironmentState;
import io.splitgym.environment.ResetResult;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.environment.StepResult;
import io.splitgym.random.RandomStream;
import io.splitgym.space.DiscreteElement;
import io.splitgym.space.SpaceElement;
import io.splitgym.validation.Require;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * The same episodes for everyone: a list of starts and noises that one seed fixes, so that returns
 * can be compared episode by episode.
 *
 * @param seed any
 * @param count at least 1
 */
public record Episodes(long seed, int count) {
  private static final int LOOKED_AT = 8;
  private static final int TIMES_AT_RANDOM = 50;

  public Episodes {
    Require.positive("episodes", count);
  }

  /**
   * The undiscounted return of each episode.
   *
   * @param progress told the number of episodes after each one
   */
  public double[] returns(Environment environment, Agent agent, IntConsumer progress) {
    double[] returns = new double[count];
    for (int episode = 0; episode < count; episode++) {
      ResetResult start = environment.reset(environmentSeed(episode), Map.of());
      Agent.Actor actor = agent.begin(start.observation(), agentRandom(episode));
      var observation = start.observation();
      StepResult step;
      do {
        step = environment.step(new DiscreteElement(actor.act(observation)));
        observation = step.observation();
        returns[episode] += step.reward();
      } while (!step.done());
      progress.accept(episode + 1);
    }
    return returns;
  }

  /** The mean of those. */
  public double meanReturn(Environment environment, Agent agent) {
    return Comparison.mean(returns(environment, agent, done -> {}));
  }

  /**
   * What scores are counted between, for each episode. Where the channel's course follows from the
   * start that is exact. Where it is random, it is what is returned under the very courses that all
   * agents meet, the optimum and always staying played once and random actions {@value
   * #TIMES_AT_RANDOM} times: their luck is then nobody's merit.
   */
  public List<StartReturns> anchors(SplitInferenceEnvironment environment, Optimum optimum) {
    if (!(environment.parameters().dynamics() instanceof ChannelDynamics.GaussMarkov)) {
      return exactReturns(environment, optimum);
    }
    int actions = environment.actionSpace().n();
    double[] best =
        returns(environment, new OptimalAgent(optimum, environment.parameters()), done -> {});
    double[] stay = new double[count];
    EnvironmentState.Episode first = start(environment, 0);
    if (Double.isNaN(optimum.returns(first.now(), first.split()).alwaysStay())) {
      Arrays.fill(stay, Double.NaN);
    } else {
      stay = returns(environment, new StayPolicy(actions), done -> {});
    }
    double[] random = new double[count];
    for (int time = 0; time < TIMES_AT_RANDOM; time++) {
      Agent policy = new Otherwise(new RandomPolicy(actions), time);
      double[] once = returns(environment, policy, done -> {});
      for (int episode = 0; episode < count; episode++) {
        random[episode] += once[episode] / TIMES_AT_RANDOM;
      }
    }
    List<StartReturns> anchors = new ArrayList<>();
    for (int episode = 0; episode < count; episode++) {
      anchors.add(new StartReturns(best[episode], stay[episode], random[episode]));
    }
    return anchors;
  }

  /** An agent with other luck of its own in the same episodes. */
  private record Otherwise(Agent agent, int time) implements Agent {
    @Override
    public String name() {
      return agent.name();
    }

    @Override
    public Actor begin(SpaceElement firstObservation, RandomStream random) {
      return agent.begin(firstObservation, random.named("time", time));
    }
  }

  /**
   * By how much the optimum of an episode may be off, at most; looked at in the first {@value
   * #LOOKED_AT} only.
   */
  public double error(SplitInferenceEnvironment environment, Optimum optimum) {
    double greatest = 0;
    for (int episode = 0; episode < Math.min(count, LOOKED_AT); episode++) {
      EnvironmentState.Episode start = start(environment, episode);
      greatest = Math.max(greatest, optimum.error(start.now(), start.split()));
    }
    return greatest;
  }

  /** What each episode's start allows at best, and what it gives without skill. */
  public List<StartReturns> exactReturns(SplitInferenceEnvironment environment, Optimum optimum) {
    return starts(environment).stream()
        .map(start -> optimum.returns(start.now(), start.split()))
        .toList();
  }

  /** How the episodes start. */
  public List<EnvironmentState.Episode> starts(SplitInferenceEnvironment environment) {
    List<EnvironmentState.Episode> starts = new ArrayList<>();
    for (int episode = 0; episode < count; episode++) {
      starts.add(start(environment, episode));
    }
    return starts;
  }

  /** How an episode starts. */
  public EnvironmentState.Episode start(SplitInferenceEnvironment environment, int episode) {
    environment.reset(environmentSeed(episode), Map.of());
    EnvironmentState.Episode start = environment.state().episode();
    if (start == null) {
      throw new IllegalStateException("a reset starts an episode");
    }
    return start;
  }

  /** The seed of an episode's reset. */
  public long environmentSeed(int episode) {
    // at least 0, as Gymnasium's seeds are
    return RandomStream.ofSeed(seed).named("evaluation", episode).nextLong() >>> 1;
  }

  /** Where an agent's own chance in an episode comes from. */
  public RandomStream agentRandom(int episode) {
    return RandomStream.ofSeed(seed).named("agent", episode);
  }
}
