package io.splitgym.server.operation;

import io.splitgym.server.problem.ProblemException;
import io.splitgym.session.UnknownSessionException;
import io.splitgym.validation.LimitReachedException;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

/**
 * Whether the server still takes work. A stop goes in two steps: first nothing new is taken, while
 * what is in flight goes on; then what is still in flight is given up, and whoever asked for it is
 * told so. Safe for use by several threads.
 */
public final class Stopping {
  private volatile boolean begun;
  private volatile boolean givingUp;

  /** From now on nothing new is taken. */
  public void begin() {
    begun = true;
  }

  /** From now on calls fail because of the stop, whatever it looks like to them. */
  public void giveUp() {
    givingUp = true;
  }

  /** Whether nothing new is taken any more. */
  public boolean begun() {
    return begun;
  }

  /**
   * Turns away what is new once the stop has begun.
   *
   * @throws ProblemException that says so
   */
  public void requireGoingOn() {
    if (begun) {
      throw ProblemException.stopping();
    }
  }

  /** The same operation, whose calls say why they were given up. */
  public Operation explaining(Operation operation) {
    return operation.doing(call -> explained(() -> operation.work().apply(call)));
  }

  /**
   * Does that; if it fails because it was given up, the failure says so. To a session that ends, a
   * stop looks like its deletion.
   */
  <T> T explained(Supplier<T> work) {
    try {
      return work.get();
    } catch (UnknownSessionException | LimitReachedException | CancellationException e) {
      throw givingUp ? ProblemException.stopping() : e;
    }
  }
}
