package io.splitgym.channel;

import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;

/**
 * Where channel states are drawn from, or where they stay.
 *
 * @param sigma within [0, 1)
 * @param m at least 0.5
 */
public record ChannelRanges(Range sigma, Range m) {
  public ChannelRanges {
    if (!(sigma.low() >= 0 && sigma.high() < 1)) {
      throw new InvalidValueException("sigmaRange", sigma, "within [0, 1)");
    }
    if (!(m.low() >= Nakagami.LEAST_M)) {
      throw new InvalidValueException("mRange", m, "at least " + Nakagami.LEAST_M);
    }
  }

  /** Uniform over both ranges, independently; sigma is drawn first. */
  public ChannelState draw(RandomStream random) {
    double drawnSigma = sigma.draw(random);
    return new ChannelState(drawnSigma, m.draw(random));
  }
}
