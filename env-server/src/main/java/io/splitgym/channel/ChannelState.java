package io.splitgym.channel;

import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;

/**
 * The state of the wireless channel.
 *
 * @param sigma noise intensity, in [0, 1): what it means is the {@link Channel}'s to say
 * @param m Nakagami-m shape, at least 0.5; 1 is Rayleigh fading, larger is steadier
 */
public record ChannelState(double sigma, double m) {
  public ChannelState {
    if (!(sigma >= 0 && sigma < 1)) {
      throw new InvalidValueException("sigma", sigma, "in [0, 1)");
    }
    Require.inRange("m", m, Nakagami.LEAST_M, Double.MAX_VALUE);
  }
}
