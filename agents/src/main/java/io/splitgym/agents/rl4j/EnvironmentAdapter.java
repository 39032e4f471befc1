package io.splitgym.agents.rl4j;

import io.splitgym.agents.policy.ObservationScaling;
import io.splitgym.environment.Environment;
import io.splitgym.environment.ResetResult;
import io.splitgym.space.Discrete;
import io.splitgym.space.DiscreteElement;
import io.splitgym.space.SpaceElement;
import io.splitgym.validation.InvalidValueException;
import java.util.HashMap;
import java.util.Map;
import org.deeplearning4j.rl4j.environment.IntegerActionSchema;
import org.deeplearning4j.rl4j.environment.Schema;
import org.deeplearning4j.rl4j.environment.StepResult;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.rng.Random;

/**
 * One of our environments as RL4J sees it.
 *
 * <p>RL4J's terminal flag says that nothing follows the last observation. Ours is terminated, not
 * truncated: where a limit of time cuts an episode off, which the observation doesn't show, the
 * value of what would have followed still counts (Pardo et al., "Time limits in reinforcement
 * learning", ICML 2018).
 */
final class EnvironmentAdapter implements org.deeplearning4j.rl4j.environment.Environment<Integer> {
  static final String CHANNEL = "observation";

  private final Environment environment;
  private final ObservationScaling scaling;
  private final Schema<Integer> schema;
  private @Nullable Long nextSeed;
  private boolean finished = true;
  private long steps;
  private double episodeReturn;

  /**
   * @param seed for the first reset; the later ones go on from there
   * @param actions where random actions are drawn from
   */
  EnvironmentAdapter(
      Environment environment, ObservationScaling scaling, long seed, Random actions) {
    this.environment = environment;
    this.scaling = scaling;
    this.nextSeed = seed;
    this.schema = new Schema<>(new IntegerActionSchema(actions(environment), 0, actions));
  }

  static int actions(Environment environment) {
    if (environment.actionSpace() instanceof Discrete discrete) {
      return discrete.n();
    }
    throw new InvalidValueException("action space", environment.actionSpace(), "Discrete");
  }

  /** Steps since this adapter was made. */
  long steps() {
    return steps;
  }

  /** The undiscounted sum of the rewards of the episode that runs, or has just ended. */
  double episodeReturn() {
    return episodeReturn;
  }

  @Override
  public Schema<Integer> getSchema() {
    return schema;
  }

  @Override
  public Map<String, Object> reset() {
    ResetResult start = environment.reset(nextSeed, Map.of());
    nextSeed = null;
    finished = false;
    episodeReturn = 0;
    return channels(start.observation());
  }

  @Override
  public StepResult step(Integer action) {
    var result = environment.step(new DiscreteElement(action));
    steps++;
    episodeReturn += result.reward();
    finished = result.done();
    return new StepResult(channels(result.observation()), result.reward(), result.terminated());
  }

  @Override
  public boolean isEpisodeFinished() {
    return finished;
  }

  @Override
  public void close() {
    environment.close();
  }

  /** A new map each time: RL4J replaces the values in it. */
  private Map<String, Object> channels(SpaceElement observation) {
    Map<String, Object> channels = new HashMap<>();
    channels.put(CHANNEL, scaling.scale(observation));
    return channels;
  }
}
