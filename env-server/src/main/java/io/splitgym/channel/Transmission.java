package io.splitgym.channel;

import io.splitgym.random.RandomStream;
import io.splitgym.validation.Require;

/** One way in which a window reaches the edge. */
public sealed interface Transmission {
  /**
   * Does to the hidden state, in place, what this transmission does.
   *
   * @return how many bits were sent; 0 where there is no channel
   */
  long send(HiddenBlock hidden, RandomStream noise);

  /** Nothing is lost. */
  record Clean() implements Transmission {
    @Override
    public long send(HiddenBlock hidden, RandomStream noise) {
      // the edge receives what the user equipment sent
      return 0;
    }
  }

  /** The channel in a state, its fading drawn. */
  record AtState(Channel channel, ChannelState state) implements Transmission {
    @Override
    public long send(HiddenBlock hidden, RandomStream noise) {
      return channel.transmit(hidden, state, noise);
    }
  }

  /** The channel at a known level, so that only the noise is drawn. */
  record AtLevel(Channel channel, double level) implements Transmission {
    public AtLevel {
      Require.notNegative("level", level);
    }

    @Override
    public long send(HiddenBlock hidden, RandomStream noise) {
      return channel.transmitAtLevel(hidden, level, noise);
    }
  }
}
