package io.splitgym.server.operation;

import io.splitgym.validation.LimitReachedException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * How many steps a second each client may take: as many at once as fit into a second, then as they
 * come free. Safe for use by several threads.
 */
public final class StepRate {
  /** So many clients are told apart; of more, those that asked longest ago start anew. */
  private static final int MOST_CLIENTS = 10_000;

  private final int perSecond;
  private final LongSupplier nanoseconds;
  private final LongAdder taken = new LongAdder();
  private final Map<String, Budget> budgets =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Budget> eldest) {
          return size() > MOST_CLIENTS;
        }
      };

  /**
   * @param perSecond environment steps for each client; 0 for no limit
   * @param nanoseconds a clock that only goes forward
   */
  public StepRate(int perSecond, LongSupplier nanoseconds) {
    this.perSecond = perSecond;
    this.nanoseconds = nanoseconds;
  }

  /**
   * Counts steps that are about to be taken. A call that asks for more than a second's worth passes
   * when nothing is owed, and is paid off afterwards.
   *
   * @param steps one for each environment that steps
   * @throws LimitReachedException if that is more than the client may take now
   */
  public void take(String client, int steps) {
    if (perSecond == 0) {
      taken.add(steps);
      return;
    }
    synchronized (budgets) {
      long now = nanoseconds.getAsLong();
      Budget budget = budgets.computeIfAbsent(client, name -> new Budget(perSecond, now));
      budget.refill(perSecond, now);
      if (budget.steps < Math.min(steps, perSecond)) {
        double missing = Math.min(steps, perSecond) - budget.steps;
        throw new LimitReachedException(
            "this client takes more steps than it may",
            "steps a second",
            "at most " + perSecond,
            Duration.ofNanos((long) (missing / perSecond * TimeUnit.SECONDS.toNanos(1))));
      }
      budget.steps -= steps;
    }
    taken.add(steps);
  }

  /** How many steps were counted, of all clients. */
  public long taken() {
    return taken.sum();
  }

  /** What a client may still take. */
  private static final class Budget {
    private double steps;
    private long at;

    Budget(double steps, long at) {
      this.steps = steps;
      this.at = at;
    }

    void refill(int perSecond, long now) {
      double seconds = (now - at) / (double) TimeUnit.SECONDS.toNanos(1);
      steps = Math.min(perSecond, steps + seconds * perSecond);
      at = now;
    }
  }
}
