package io.splitgym.agents.rollout;

import io.splitgym.agents.learning.Training;
import io.splitgym.agents.network.TrainableNetwork;
import io.splitgym.agents.policy.ObservationScaling;
import io.splitgym.environment.Environment;
import io.splitgym.environment.StepResult;
import io.splitgym.random.RandomStream;
import io.splitgym.space.Discrete;
import io.splitgym.space.DiscreteElement;
import io.splitgym.space.SpaceElement;
import io.splitgym.validation.InvalidValueException;
import java.util.Map;

/**
 * Steps some environments with the actor's own actions. Where an episode was truncated, its last
 * reward gets the discounted value of the state that it was truncated in, as stable-baselines3
 * does: the task went on, only nobody looked.
 */
public final class RolloutCollector implements AutoCloseable {
  private final Training training;
  private final Environment[] environments;
  private final ObservationScaling scaling;
  private final int actions;
  private final RandomStream[] chances;
  private final float[][] now;
  private final double[] episodeReturns;
  private long steps;

  /**
   * Makes the environments and starts their first episodes.
   *
   * @param count how many environments
   * @param seeds where their seeds and the actions' chance come from
   * @throws InvalidValueException unless observations are a bounded box and actions discrete
   */
  public RolloutCollector(Training training, int count, RandomStream seeds) {
    this.training = training;
    this.environments = new Environment[count];
    this.chances = new RandomStream[count];
    this.now = new float[count][];
    this.episodeReturns = new double[count];
    for (int i = 0; i < count; i++) {
      environments[i] = training.environments().get();
    }
    this.scaling = ObservationScaling.of(environments[0].observationSpace());
    if (!(environments[0].actionSpace() instanceof Discrete discrete)) {
      throw new InvalidValueException("action space", environments[0].actionSpace(), "Discrete");
    }
    this.actions = discrete.n();
    for (int i = 0; i < count; i++) {
      chances[i] = seeds.named("actions", i);
      // at least 0, as Gymnasium's seeds are
      long seed = seeds.named("environment", i).nextLong() >>> 1;
      now[i] = scaling.scale(environments[i].reset(seed, Map.of()).observation());
    }
  }

  public ObservationScaling scaling() {
    return scaling;
  }

  public int actions() {
    return actions;
  }

  /** How many steps were taken so far, in all environments together. */
  public long steps() {
    return steps;
  }

  /**
   * How many steps each environment is to take next: as many as asked, but no more than the
   * training has left, rounded up to whole rounds.
   */
  public int stepsEach(int asked) {
    long left = training.steps() - steps;
    return (int) Math.min(asked, (left + environments.length - 1) / environments.length);
  }

  /** Room for rollouts of up to so many steps in each environment. */
  public Rollout room(int stepsEach) {
    return new Rollout(environments.length, stepsEach, scaling.inputs());
  }

  /**
   * Takes steps in each environment and estimates advantages.
   *
   * @param stepsEach up to as many as the rollout has room for
   */
  public void collect(
      ActorCritic networks, Rollout rollout, int stepsEach, double discount, double lambda) {
    Categorical distribution = new Categorical(actions);
    int count = environments.length;
    int samples = stepsEach * count;
    float[] bootstraps = new float[samples];
    float[][] truncatedAt = new float[samples][];
    for (int sample = 0; sample < samples; sample++) {
      int i = sample % count;
      System.arraycopy(now[i], 0, rollout.inputs[sample], 0, now[i].length);
      distribution.of(networks.actor().forward(now[i]), 0);
      int action = distribution.at(chances[i].nextDouble());
      StepResult step = environments[i].step(new DiscreteElement(action));
      rollout.actions[sample] = action;
      rollout.logProbabilities[sample] = distribution.logProbability(action);
      rollout.rewards[sample] = (float) step.reward();
      rollout.ended[sample] = step.done();
      episodeReturns[i] += step.reward();
      steps++;
      SpaceElement next = step.observation();
      if (step.done()) {
        if (step.truncated() && !step.terminated()) {
          truncatedAt[sample] = scaling.scale(next);
        }
        training.listener().episodeEnded(steps, episodeReturns[i]);
        episodeReturns[i] = 0;
        next = environments[i].reset(null, Map.of()).observation();
      }
      now[i] = scaling.scale(next);
    }
    rollout.setSamples(samples);
    values(networks.critic(), rollout.inputs, samples, rollout.values);
    for (int sample = 0; sample < samples; sample++) {
      if (truncatedAt[sample] != null) {
        float[] value = networks.critic().forward(truncatedAt[sample]);
        bootstraps[sample] = value[0];
        rollout.rewards[sample] += (float) (discount * bootstraps[sample]);
      }
    }
    float[] after = new float[count];
    values(networks.critic(), now, count, after);
    rollout.estimateAdvantages(after, discount, lambda);
    training.listener().stepped(steps);
  }

  private static void values(TrainableNetwork critic, float[][] inputs, int count, float[] into) {
    for (int from = 0; from < count; from += critic.capacity()) {
      int some = Math.min(critic.capacity(), count - from);
      for (int sample = 0; sample < some; sample++) {
        critic.setInput(sample, inputs[from + sample], 0);
      }
      float[] values = critic.forward(some);
      for (int sample = 0; sample < some; sample++) {
        into[from + sample] = values[sample * critic.outputStep()];
      }
    }
  }

  @Override
  public void close() {
    for (Environment environment : environments) {
      environment.close();
    }
  }
}
