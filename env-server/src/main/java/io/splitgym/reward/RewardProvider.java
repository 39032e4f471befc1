package io.splitgym.reward;

import io.splitgym.extension.Extension;
import io.splitgym.extension.Parameters;

/** Adds a reward, which {@code reward.kind} then asks for by its name. */
public interface RewardProvider extends Extension {
  /**
   * The reward with those parameters.
   *
   * @param parameters all that {@link #parameters()} tells of
   * @throws io.splitgym.validation.InvalidValueException if they don't go together
   */
  RewardFunction reward(Parameters parameters);
}
