package io.splitgym.agents.policy;

import io.splitgym.space.SpaceElement;
import io.splitgym.validation.InvalidValueException;

/**
 * Takes the action of the greatest value under a learned network; the first of several.
 *
 * @param name of the algorithm that learned it
 * @param scaling from observations to the network's inputs
 * @param values from inputs to one value for each action
 */
public record GreedyValuePolicy(String name, ObservationScaling scaling, DenseNetwork values)
    implements LearnedPolicy {
  public GreedyValuePolicy {
    if (values.inputs() != scaling.inputs()) {
      throw new InvalidValueException(
          "inputs of the network", values.inputs(), "the observation's " + scaling.inputs());
    }
  }

  @Override
  public DenseNetwork network() {
    return values;
  }

  @Override
  public double[] probabilities(SpaceElement observation) {
    double[] probabilities = new double[values.outputs()];
    probabilities[greedyAction(observation)] = 1;
    return probabilities;
  }

  @Override
  public int greedyAction(SpaceElement observation) {
    float[] value = values.apply(scaling.scale(observation));
    int best = 0;
    for (int action = 1; action < value.length; action++) {
      if (value[action] > value[best]) {
        best = action;
      }
    }
    return best;
  }
}
