package io.splitgym.agents.modelbased;

import io.splitgym.agents.policy.Agent;
import io.splitgym.agents.policy.RandomPolicy;
import io.splitgym.environment.EnvironmentState;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.environment.StepResult;
import io.splitgym.random.RandomStream;
import io.splitgym.space.DiscreteElement;
import io.splitgym.space.SpaceElement;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * How often episodes lead to each cell. Half of them are the policy's, since its own mistakes are
 * what it will pay for; half have random actions, since a policy that shuns a cell for a wrong
 * prediction would never find out.
 */
final class Visits {
  private static final int EPISODES = 200;

  private final LevelGrid grid;
  private final BetweenLevels between;
  private final Map<Cell, Double> shares = new HashMap<>();

  private Visits(LevelGrid grid) {
    this.grid = grid;
    this.between = new BetweenLevels(grid);
  }

  /**
   * Plays episodes.
   *
   * @param environment whose rewards don't matter
   */
  static Visits of(
      LevelGrid grid, SplitInferenceEnvironment environment, Agent policy, RandomStream random) {
    Visits visits = new Visits(grid);
    Agent roaming = new RandomPolicy(environment.actionSpace().n());
    for (int episode = 0; episode < EPISODES; episode++) {
      RandomStream chance = random.named("episode", episode);
      visits.play(environment, episode % 2 == 0 ? policy : roaming, chance);
    }
    return visits;
  }

  private void play(SplitInferenceEnvironment environment, Agent agent, RandomStream chance) {
    SpaceElement observation =
        environment.reset(chance.named("start").nextLong() >>> 1, Map.of()).observation();
    Agent.Actor actor = agent.begin(observation, chance.named("actions"));
    StepResult step;
    int steps = 0;
    do {
      step = environment.step(new DiscreteElement(actor.act(observation)));
      observation = step.observation();
      EnvironmentState.Episode now = Objects.requireNonNull(environment.state().episode());
      double level = grid.drawLevel(now.now(), chance.named("channel", steps++));
      int above = between.above(level);
      double share = between.share(level, above);
      add(above, now.split(), share);
      add(above - 1, now.split(), 1 - share);
    } while (!step.done());
  }

  private void add(int level, int split, double share) {
    if (level >= 0) {
      shares.merge(new Cell(level, split), share, Double::sum);
    }
  }

  /** How much of all visits were to that cell; their sum is less than 1 by the clean one's. */
  double share(Cell cell) {
    return shares.getOrDefault(cell, 0.0);
  }
}
