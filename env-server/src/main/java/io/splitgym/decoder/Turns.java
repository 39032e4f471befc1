package io.splitgym.decoder;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Lets any number of threads use one thing together, and another thing only when all have left the
 * first: so that layers pass through memory one at a time, and threads that walk through the same
 * layers side by side share them. When all have left, the thing that was waited for longest is
 * next; until then others may join those that use the present one. A thread must leave one before
 * it enters another.
 *
 * @param <K> tells one thing from another
 */
final class Turns<K> {
  private final Lock lock = new ReentrantLock();
  private final Condition left = lock.newCondition();

  /** How many wait for each, in the order in which the first of them came. */
  private final Map<K, Integer> waiting = new LinkedHashMap<>();

  private @Nullable K current;
  private int users;

  /** Waits until that is what all use. */
  void enter(K key) {
    lock.lock();
    try {
      if (!mayEnter(key)) {
        waiting.merge(key, 1, Integer::sum);
        while (!mayEnter(key)) {
          left.awaitUninterruptibly();
        }
        waiting.computeIfPresent(key, (same, count) -> count == 1 ? null : count - 1);
      }
      current = key;
      users++;
      // those that wait for the same may follow
      left.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void leave() {
    lock.lock();
    try {
      users--;
      left.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean mayEnter(K key) {
    if (users > 0) {
      return key.equals(current);
    }
    Iterator<K> first = waiting.keySet().iterator();
    return !first.hasNext() || first.next().equals(key);
  }
}
