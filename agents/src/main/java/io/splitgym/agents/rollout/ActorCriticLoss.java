package io.splitgym.agents.rollout;

import io.splitgym.agents.network.FloatMath;
import io.splitgym.agents.network.TrainableNetwork;

/**
 * The gradients of an actor's and of a critic's loss. The two share nothing that is written, so a
 * thread each may compute them at the same time.
 */
public final class ActorCriticLoss {
  private final TrainableNetwork actor;
  private final TrainableNetwork critic;
  private final double entropyCoefficient;
  private final double valueCoefficient;
  private final Categorical distribution;

  /** How much a sample's log probability is to grow. */
  @FunctionalInterface
  public interface Objective {
    /**
     * The derivative of what is maximised with respect to the log probability of the action.
     *
     * @param advantage normalised where that is asked for
     * @param ratio of the action's probability to that when it was taken
     */
    float derivative(float advantage, float ratio);
  }

  public ActorCriticLoss(ActorCritic networks, double entropyCoefficient, double valueCoefficient) {
    this.actor = networks.actor();
    this.critic = networks.critic();
    this.entropyCoefficient = entropyCoefficient;
    this.valueCoefficient = valueCoefficient;
    this.distribution = new Categorical(actor.outputs());
  }

  /**
   * Of -mean(objective) - entropyCoefficient mean(entropy), into the actor.
   *
   * @param order samples of the rollout
   * @param at where in the order the batch begins
   * @param count how many it has, up to the actor's capacity
   * @param normalize whether the batch's advantages get mean 0 and deviation 1 first
   */
  public void actorGradient(
      Rollout rollout, int[] order, int at, int count, boolean normalize, Objective objective) {
    gather(actor, rollout, order, at, count);
    float[] logits = actor.forward(count);
    float[] gradients = actor.outputGradients();
    int step = actor.outputStep();
    Advantage.Scale scale =
        normalize ? Advantage.Scale.of(rollout.advantages, order, at, count) : Advantage.Scale.NONE;
    float share = 1f / count;
    float ofEntropy = (float) entropyCoefficient * share;
    for (int i = 0; i < count; i++) {
      int sample = order[at + i];
      int action = rollout.actions[sample];
      distribution.of(logits, i * step);
      float ratio =
          FloatMath.exp(distribution.logProbability(action) - rollout.logProbabilities[sample]);
      float advantage = scale.of(rollout.advantages[sample]);
      float ofLogProbability = -share * objective.derivative(advantage, ratio);
      distribution.gradient(action, ofLogProbability, ofEntropy, gradients, i * step);
    }
    actor.backward(count);
  }

  /**
   * Of valueCoefficient mean((V - R)^2), into the critic; the parameters as those of {@link
   * #actorGradient}.
   */
  public void criticGradient(Rollout rollout, int[] order, int at, int count) {
    gather(critic, rollout, order, at, count);
    float[] values = critic.forward(count);
    float[] gradients = critic.outputGradients();
    int step = critic.outputStep();
    float factor = (float) (2 * valueCoefficient / count);
    for (int i = 0; i < count; i++) {
      gradients[i * step] = factor * (values[i * step] - rollout.returns[order[at + i]]);
    }
    critic.backward(count);
  }

  private static void gather(
      TrainableNetwork network, Rollout rollout, int[] order, int at, int count) {
    for (int i = 0; i < count; i++) {
      network.setInput(i, rollout.inputs[order[at + i]], 0);
    }
  }
}
