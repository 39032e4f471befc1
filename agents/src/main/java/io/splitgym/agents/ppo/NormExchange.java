package io.splitgym.agents.ppo;

import org.jspecify.annotations.Nullable;

/**
 * Where two threads meet once a minibatch to add up a number each, always the first one's first.
 * Waiting spins, as meetings are tens of microseconds apart, and yields where the other has no
 * processor.
 */
final class NormExchange {
  private static final int SPINS = 100;

  private final Side actor;
  private final Side critic;
  private volatile @Nullable Throwable failure;

  NormExchange() {
    actor = new Side();
    critic = new Side();
    actor.other = critic;
    critic.other = actor;
  }

  Side actor() {
    return actor;
  }

  Side critic() {
    return critic;
  }

  /** Lets the other side go: this one comes to no further meeting. */
  void giveUp(Throwable cause) {
    failure = cause;
  }

  /** What one of the two threads holds. */
  final class Side {
    /** By turns, so that the next one may be told before the last one was read. */
    private final double[] numbers = new double[2];

    private @Nullable Side other;
    private int meetings;
    private volatile int told;

    /**
     * Waits for the other side's number.
     *
     * @return the actor's and the critic's
     * @throws IllegalStateException if the other side gave up
     */
    double total(double own) {
      int meeting = ++meetings;
      int place = meeting & 1;
      numbers[place] = own;
      told = meeting;
      Side with = java.util.Objects.requireNonNull(other);
      for (int tries = 0; with.told < meeting; tries++) {
        if (failure != null) {
          throw new IllegalStateException("the other half of the update failed", failure);
        }
        if (tries < SPINS) {
          Thread.onSpinWait();
        } else {
          Thread.yield();
        }
      }
      return actor.numbers[place] + critic.numbers[place];
    }
  }
}
