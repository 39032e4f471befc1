package io.splitgym.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The attention tables of the window lengths that were used last, made once for each. Those in use
 * are never freed; beyond a bound the ones used longest ago go. Safe for use by several threads.
 */
final class KeptTables implements AutoCloseable {
  private final NDManager manager;
  private final TransformerShape shape;
  private final long bound;
  private final Map<Integer, Kept> byLength = new HashMap<>();
  private long bytes;
  private long uses;

  /**
   * @param bound bytes of tables that may stay while nobody uses them
   */
  KeptTables(NDManager manager, TransformerShape shape, long bound) {
    this.manager = manager;
    this.shape = shape;
    this.bound = bound;
  }

  /**
   * The tables for windows of that length, the caller's until closed.
   *
   * @param length T
   */
  synchronized Use use(int length) {
    @Nullable Kept kept = byLength.get(length);
    if (kept == null) {
      AttentionTables tables = AttentionTables.of(manager, shape, length);
      // they outlive the scope of the evaluation that happens to need them first
      NDScope.unregister(tables.cosine(), tables.sine(), tables.mask());
      kept = new Kept(length, tables);
      byLength.put(length, kept);
      bytes += tables.bytes();
    }
    kept.users++;
    kept.lastUse = ++uses;
    return new Use(this, kept);
  }

  /** How many lengths have tables here. */
  synchronized int size() {
    return byLength.size();
  }

  /** Frees what nobody uses; the manager frees the rest. */
  @Override
  public synchronized void close() {
    while (dropLeastRecentlyUsed()) {
      // one more is gone
    }
  }

  private synchronized void release(Kept kept) {
    kept.users--;
    while (bytes > bound && dropLeastRecentlyUsed()) {
      // still too many
    }
  }

  private boolean dropLeastRecentlyUsed() {
    Optional<Kept> idle =
        byLength.values().stream()
            .filter(kept -> kept.users == 0)
            .min(Comparator.comparingLong(kept -> kept.lastUse));
    idle.ifPresent(
        kept -> {
          byLength.remove(kept.length);
          bytes -= kept.tables.bytes();
          kept.tables.close();
        });
    return idle.isPresent();
  }

  /** Tables in use. */
  record Use(KeptTables from, Kept kept) implements AutoCloseable {
    AttentionTables tables() {
      return kept.tables;
    }

    @Override
    public void close() {
      from.release(kept);
    }
  }

  /** Tables, and who uses them. */
  static final class Kept {
    private final int length;
    private final AttentionTables tables;
    private int users;
    private long lastUse;

    private Kept(int length, AttentionTables tables) {
      this.length = length;
      this.tables = tables;
    }
  }
}
