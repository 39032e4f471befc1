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

  /** Whether anything is drawn: else every draw gives the same, and a second tells nothing. */
  boolean random();

  /** Nothing is lost. */
  record Clean() implements Transmission {
    @Override
    public long send(HiddenBlock hidden, RandomStream noise) {
      // the edge receives what the user equipment sent
      return 0;
    }

    @Override
    public boolean random() {
      return false;
    }
  }

  /** The channel in a state, its fading drawn. */
  record AtState(Channel channel, ChannelState state) implements Transmission {
    @Override
    public long send(HiddenBlock hidden, RandomStream noise) {
      return channel.transmit(hidden, state, noise);
    }

    @Override
    public boolean random() {
      return true;
    }
  }

  /** The channel at a known level, so that only the noise is drawn; at level 0 there is none. */
  record AtLevel(Channel channel, double level) implements Transmission {
    public AtLevel {
      Require.notNegative("level", level);
    }

    @Override
    public long send(HiddenBlock hidden, RandomStream noise) {
      return channel.transmitAtLevel(hidden, level, noise);
    }

    @Override
    public boolean random() {
      return level > 0;
    }
  }
}
