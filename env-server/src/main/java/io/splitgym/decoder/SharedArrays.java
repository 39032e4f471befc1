package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Arrays that several evaluations use at once, each made when it is first needed. Those in use are
 * never freed; beyond a bound the ones used longest ago go, to be made anew when they are needed
 * again. Safe for use by several threads.
 *
 * @param <K> tells one item from another
 */
final class SharedArrays<K, I extends SharedArrays.Item> implements AutoCloseable {
  /** Arrays that come and go together. */
  interface Item {
    List<NDArray> arrays();

    /** Called when its arrays are closed. */
    default void freed() {
      // most hold nothing else
    }

    /** What they take. */
    default long bytes() {
      return arrays().stream().mapToLong(array -> Float.BYTES * array.size()).sum();
    }
  }

  /** Makes an item. */
  @FunctionalInterface
  interface Maker<K, I> {
    I make(K key);
  }

  private final Maker<K, I> maker;
  private final long bound;
  private final @Nullable Turns<? super K> turns;
  private final Map<K, Kept<K, I>> kept = new HashMap<>();
  private long bytes;
  private long uses;

  /**
   * @param bound bytes that may stay while nobody uses them
   */
  SharedArrays(Maker<K, I> maker, long bound) {
    this(maker, bound, null);
  }

  private SharedArrays(Maker<K, I> maker, long bound, @Nullable Turns<? super K> turns) {
    this.maker = maker;
    this.bound = bound;
    this.turns = turns;
  }

  /**
   * Of which none stays, and one at a time is there, whoever uses it: who wants another waits. No
   * thread may use two of them.
   *
   * @param turns also of others, if not even one of each is to be there at once
   */
  static <K, I extends Item> SharedArrays<K, I> passing(Maker<K, I> maker, Turns<? super K> turns) {
    return new SharedArrays<>(maker, 0, turns);
  }

  /** The item of that key, the caller's until closed. */
  Use<K, I> use(K key) {
    if (turns == null) {
      return taken(key);
    }
    turns.enter(key);
    try {
      return taken(key);
    } catch (RuntimeException | Error e) {
      turns.leave();
      throw e;
    }
  }

  private synchronized Use<K, I> taken(K key) {
    @Nullable Kept<K, I> found = kept.get(key);
    if (found == null) {
      I item = maker.make(key);
      // they outlive the scope of the evaluation that happens to need them first
      NDScope.unregister(new NDList(item.arrays()));
      found = new Kept<>(key, item);
      kept.put(key, found);
      bytes += item.bytes();
    }
    found.users++;
    found.lastUse = ++uses;
    return new Use<>(this, found);
  }

  /** How many items are here. */
  synchronized int size() {
    return kept.size();
  }

  /** Frees what nobody uses; the arrays' manager frees the rest. */
  @Override
  public synchronized void close() {
    while (dropLeastRecentlyUsed()) {
      // one more is gone
    }
  }

  private void release(Kept<K, I> used) {
    try {
      letGo(used);
    } finally {
      if (turns != null) {
        turns.leave();
      }
    }
  }

  private synchronized void letGo(Kept<K, I> used) {
    used.users--;
    while (bytes > bound && dropLeastRecentlyUsed()) {
      // still too many
    }
  }

  private boolean dropLeastRecentlyUsed() {
    Optional<Kept<K, I>> idle =
        kept.values().stream()
            .filter(candidate -> candidate.users == 0)
            .min(Comparator.comparingLong(candidate -> candidate.lastUse));
    idle.ifPresent(
        dropped -> {
          kept.remove(dropped.key);
          bytes -= dropped.item.bytes();
          dropped.item.arrays().forEach(NDArray::close);
          dropped.item.freed();
        });
    return idle.isPresent();
  }

  /** An item in use. */
  record Use<K, I extends Item>(SharedArrays<K, I> from, Kept<K, I> kept) implements AutoCloseable {
    I item() {
      return kept.item;
    }

    @Override
    public void close() {
      from.release(kept);
    }
  }

  /** An item, and who uses it. */
  static final class Kept<K, I> {
    private final K key;
    private final I item;
    private int users;
    private long lastUse;

    private Kept(K key, I item) {
      this.key = key;
      this.item = item;
    }
  }
}
