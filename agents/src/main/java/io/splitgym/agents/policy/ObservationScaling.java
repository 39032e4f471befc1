package io.splitgym.agents.policy;

import io.splitgym.space.Box;
import io.splitgym.space.BoxElement;
import io.splitgym.space.Space;
import io.splitgym.space.SpaceElement;
import io.splitgym.validation.InvalidValueException;

/**
 * From observations to a network's inputs: each dimension of a bounded {@link Box} onto [-1, 1]. A
 * dimension that can take one value only becomes 0.
 */
public record ObservationScaling(Box space) {
  public ObservationScaling {
    for (int i = 0; i < space.size(); i++) {
      float width = space.high()[i] - space.low()[i];
      if (!Float.isFinite(width)) {
        throw new InvalidValueException(
            "observation " + space.names().get(i),
            "[" + space.low()[i] + ", " + space.high()[i] + "]",
            "bounded, so that it can be scaled onto [-1, 1]");
      }
    }
  }

  /**
   * @throws InvalidValueException if the space isn't a bounded box
   */
  public static ObservationScaling of(Space observationSpace) {
    if (observationSpace instanceof Box box) {
      return new ObservationScaling(box);
    }
    throw new InvalidValueException("observation space", observationSpace, "a Box");
  }

  /** How many inputs the network has. */
  public int inputs() {
    return space.size();
  }

  /**
   * The network's inputs, in the box's order.
   *
   * @throws InvalidValueException if the observation isn't one of this box's shape
   */
  public float[] scale(SpaceElement observation) {
    float[] low = space.low();
    float[] high = space.high();
    if (!(observation instanceof BoxElement box) || box.values().length != low.length) {
      throw new InvalidValueException(
          "observation", observation, low.length + " numbers: " + space.names());
    }
    float[] inputs = box.values();
    for (int i = 0; i < inputs.length; i++) {
      float width = high[i] - low[i];
      inputs[i] = width == 0 ? 0 : 2 * (inputs[i] - low[i]) / width - 1;
    }
    return inputs;
  }
}
