package io.splitgym.agents.policy;

import io.splitgym.space.SpaceElement;
import io.splitgym.validation.InvalidValueException;

/**
 * Draws actions with the probabilities that a learned network gives.
 *
 * @param name of the algorithm that learned it
 * @param scaling from observations to the network's inputs
 * @param network from inputs to one logit for each action
 */
public record SoftmaxPolicy(String name, ObservationScaling scaling, DenseNetwork network)
    implements LearnedPolicy {
  public SoftmaxPolicy {
    if (network.inputs() != scaling.inputs()) {
      throw new InvalidValueException(
          "inputs of the network", network.inputs(), "the observation's " + scaling.inputs());
    }
  }

  @Override
  public double[] probabilities(SpaceElement observation) {
    float[] logits = network.apply(scaling.scale(observation));
    double greatest = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      greatest = Math.max(greatest, logit);
    }
    double[] probabilities = new double[logits.length];
    double sum = 0;
    for (int action = 0; action < logits.length; action++) {
      probabilities[action] = StrictMath.exp(logits[action] - greatest);
      sum += probabilities[action];
    }
    for (int action = 0; action < logits.length; action++) {
      probabilities[action] /= sum;
    }
    return probabilities;
  }
}
