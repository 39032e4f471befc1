package io.splitgym.agents.rollout;

import io.splitgym.agents.network.TrainableNetwork;
import io.splitgym.agents.policy.Activation;
import io.splitgym.random.RandomStream;
import java.util.List;

/**
 * Two networks over the same inputs that share nothing, as stable-baselines3's MlpPolicy has them:
 * hyperbolic tangents, orthogonal weights of gain sqrt(2), of gain 0.01 for the logits and 1 for
 * the value, so that the first policy is nearly uniform.
 *
 * @param actor gives a logit for each action
 * @param critic gives the value
 */
public record ActorCritic(TrainableNetwork actor, TrainableNetwork critic) {
  private static final double HIDDEN_GAIN = Math.sqrt(2);
  private static final double LOGIT_GAIN = 0.01;
  private static final double VALUE_GAIN = 1;

  /**
   * Draws both.
   *
   * @param capacity the most samples of a batch
   */
  public static ActorCritic draw(
      int inputs, List<Integer> hiddenUnits, int actions, int capacity, RandomStream random) {
    TrainableNetwork actor =
        new TrainableNetwork(inputs, hiddenUnits, actions, Activation.TANH, capacity);
    actor.drawOrthogonal(HIDDEN_GAIN, LOGIT_GAIN, random.named("actor"));
    TrainableNetwork critic =
        new TrainableNetwork(inputs, hiddenUnits, 1, Activation.TANH, capacity);
    critic.drawOrthogonal(HIDDEN_GAIN, VALUE_GAIN, random.named("critic"));
    return new ActorCritic(actor, critic);
  }
}
