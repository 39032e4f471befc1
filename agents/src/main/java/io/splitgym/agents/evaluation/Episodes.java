package io.splitgym.agents.evaluation;

import io.splitgym.agents.optimal.ExactOptimum;
import io.splitgym.agents.optimal.StartReturns;
import io.splitgym.agents.policy.Agent;
import io.splitgym.environment.Environment;
import io.splitgym.environment.EnvironmentState;
import io.splitgym.environment.ResetResult;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.environment.StepResult;
import io.splitgym.random.RandomStream;
import io.splitgym.space.DiscreteElement;
import io.splitgym.validation.Require;
import java.util.ArrayList;
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

  /** The greatest return that each episode's start allows. */
  public double[] optimalReturns(SplitInferenceEnvironment environment, ExactOptimum optimum) {
    return exactReturns(environment, optimum).stream().mapToDouble(StartReturns::optimal).toArray();
  }

  /** What each episode's start allows at best, and what it gives without skill. */
  public List<StartReturns> exactReturns(
      SplitInferenceEnvironment environment, ExactOptimum optimum) {
    List<StartReturns> returns = new ArrayList<>();
    for (int episode = 0; episode < count; episode++) {
      environment.reset(environmentSeed(episode), Map.of());
      EnvironmentState.Episode start = environment.state().episode();
      if (start == null) {
        throw new IllegalStateException("a reset starts an episode");
      }
      returns.add(optimum.returns(start.now(), start.split()));
    }
    return returns;
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
