package io.splitgym.server.exchange;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes may wait for clients at once: bodies that aren't whole, answers nobody reads. */
public final class Allowance {
  private final long most;
  private final AtomicLong held = new AtomicLong();

  /**
   * @param most at least 1
   */
  public Allowance(long most) {
    this.most = most;
  }

  /** Takes so many, if that leaves no more held than may be. */
  boolean take(long bytes) {
    long before = held.get();
    // taken only if it fits, so that one that doesn't can't stand in the way of one that does
    while (before + bytes <= most) {
      if (held.compareAndSet(before, before + bytes)) {
        return true;
      }
      before = held.get();
    }
    return false;
  }

  void giveBack(long bytes) {
    held.addAndGet(-bytes);
  }

  /** How many are held now. */
  public long held() {
    return held.get();
  }
}
