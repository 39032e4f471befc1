package io.splitgym.perplexity;

import io.splitgym.validation.Require;

/**
 * What the kept hidden states of one evaluator may take. Beyond both bounds the states used longest
 * ago are dropped from the disk, and computed again when they are needed.
 *
 * @param memory bytes in memory
 * @param disk bytes in a temporary file, in Java's folder for such files
 */
public record HiddenStateBounds(long memory, long disk) {
  private static final long GIBIBYTE = 1L << 30;

  /**
   * 1 GiB in memory and 4 GiB on disk: enough for all 29 splits of SmolLM2-135M over 65,536 tokens,
   * so that a text has to be far longer before anything is computed twice.
   */
  public static final HiddenStateBounds DEFAULT = new HiddenStateBounds(GIBIBYTE, 4 * GIBIBYTE);

  public HiddenStateBounds {
    requireNotNegative("memory", memory);
    requireNotNegative("disk", disk);
  }

  /** The same on disk, but no more than that many bytes in memory. */
  public HiddenStateBounds withMemoryAtMost(long bytes) {
    return new HiddenStateBounds(Math.min(memory, bytes), disk);
  }

  private static void requireNotNegative(String field, long bytes) {
    Require.notNegative(field, (double) bytes);
  }
}
