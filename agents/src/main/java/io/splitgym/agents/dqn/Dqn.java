package io.splitgym.agents.dqn;

import io.splitgym.agents.learning.Algorithm;
import io.splitgym.agents.learning.Training;
import io.splitgym.agents.network.TrainableNetwork;
import io.splitgym.agents.policy.Activation;
import io.splitgym.agents.policy.GreedyValuePolicy;
import io.splitgym.agents.policy.ObservationScaling;
import io.splitgym.environment.Environment;
import io.splitgym.environment.Preset;
import io.splitgym.environment.StepResult;
import io.splitgym.random.RandomStream;
import io.splitgym.space.Discrete;
import io.splitgym.space.DiscreteElement;
import io.splitgym.validation.InvalidValueException;
import java.util.Map;

/**
 * Deep Q-network (Mnih et al., "Human-level control through deep reinforcement learning", Nature
 * 2015), the details as in stable-baselines3 but that observations are scaled onto [-1, 1].
 */
public final class Dqn implements Algorithm<DqnHyperparameters> {
  public static final String NAME = "dqn";

  @Override
  public String name() {
    return NAME;
  }

  /** The same for every preset: the released code's own are not known. */
  @Override
  public DqnHyperparameters hyperparameters(Preset preset) {
    return DqnHyperparameters.defaults();
  }

  @Override
  public GreedyValuePolicy train(DqnHyperparameters hyperparameters, Training training) {
    try (Environment environment = training.environments().get()) {
      return train(hyperparameters, training, environment);
    }
  }

  private static GreedyValuePolicy train(
      DqnHyperparameters hyperparameters, Training training, Environment environment) {
    ObservationScaling scaling = ObservationScaling.of(environment.observationSpace());
    if (!(environment.actionSpace() instanceof Discrete discrete)) {
      throw new InvalidValueException("action space", environment.actionSpace(), "Discrete");
    }
    int actions = discrete.n();
    RandomStream seeds = RandomStream.ofSeed(training.seed()).named(NAME);
    RandomStream exploration = seeds.named("exploration");
    RandomStream batches = seeds.named("batches");
    TrainableNetwork network = network(scaling.inputs(), actions, hyperparameters);
    network.drawUniform(seeds.named("weights"));
    TrainableNetwork target = network(scaling.inputs(), actions, hyperparameters);
    target.copyFrom(network);
    DqnUpdate update = new DqnUpdate(network, target, hyperparameters);
    Replay replay = new Replay(hyperparameters.replayCapacity(), scaling.inputs());

    // at least 0, as Gymnasium's seeds are
    long seed = seeds.named("environment").nextLong() >>> 1;
    float[] now = scaling.scale(environment.reset(seed, Map.of()).observation());
    double episodeReturn = 0;
    for (long steps = 1; steps <= training.steps(); steps++) {
      double chance = exploration.nextDouble();
      int action =
          steps <= hyperparameters.learningStarts()
                  || chance < epsilon(hyperparameters, steps - 1, training.steps())
              ? exploration.nextInteger(0, actions - 1)
              : greatest(network.forward(now));
      StepResult step = environment.step(new DiscreteElement(action));
      float[] next = scaling.scale(step.observation());
      // where an episode was truncated the task went on, so the successor's value counts
      replay.add(now, action, (float) step.reward(), next, step.terminated());
      episodeReturn += step.reward();
      now = next;
      if (step.done()) {
        training.listener().episodeEnded(steps, episodeReturn);
        episodeReturn = 0;
        now = scaling.scale(environment.reset(null, Map.of()).observation());
      }
      if (steps % hyperparameters.targetUpdateInterval() == 0) {
        target.copyFrom(network);
      }
      if (steps > hyperparameters.learningStarts()
          && steps % hyperparameters.updateInterval() == 0) {
        update.learnFrom(replay, batches);
        training.listener().learned(steps, () -> policy(scaling, network));
      }
      training.listener().stepped(steps);
    }
    return policy(scaling, network);
  }

  private static GreedyValuePolicy policy(ObservationScaling scaling, TrainableNetwork network) {
    return new GreedyValuePolicy(NAME, scaling, network.toDense());
  }

  /**
   * The share of random actions.
   *
   * @param steps how many were taken
   * @param all how many there will be
   */
  static double epsilon(DqnHyperparameters hyperparameters, long steps, long all) {
    double over = hyperparameters.explorationFraction() * all;
    double done = over == 0 ? 1 : Math.min(1, steps / over);
    return hyperparameters.initialEpsilon()
        + done * (hyperparameters.finalEpsilon() - hyperparameters.initialEpsilon());
  }

  private static TrainableNetwork network(
      int inputs, int actions, DqnHyperparameters hyperparameters) {
    return new TrainableNetwork(
        inputs,
        hyperparameters.hiddenUnits(),
        actions,
        Activation.RELU,
        hyperparameters.batchSize());
  }

  private static int greatest(float[] values) {
    int best = 0;
    for (int action = 1; action < values.length; action++) {
      if (values[action] > values[best]) {
        best = action;
      }
    }
    return best;
  }
}
