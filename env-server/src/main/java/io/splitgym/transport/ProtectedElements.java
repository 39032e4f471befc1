package io.splitgym.transport;

import java.util.BitSet;

/** What of a block is sent reliably, and so arrives. */
public final class ProtectedElements {
  private final int[] places;
  private final float[] values;
  private final long bits;

  /**
   * @param places in the block, ascending
   * @param values one for each place, float32
   * @param bits that all of it takes
   */
  ProtectedElements(int[] places, float[] values, long bits) {
    this.places = places;
    this.values = values;
    this.bits = bits;
  }

  /** How many there are. */
  public int count() {
    return places.length;
  }

  /** Bits that all of them take, sent once: indices, values, and counts where they aren't known. */
  public long bits() {
    return bits;
  }

  /**
   * Takes their places out of those whose packets were lost.
   *
   * @param lost places in the block, changed in place
   */
  public void spare(BitSet lost) {
    for (int place : places) {
      lost.clear(place);
    }
  }

  /**
   * Puts them back where they belong.
   *
   * @param block [tokens, width] float32, row-major: the one they are of
   */
  public void restore(float[] block) {
    for (int i = 0; i < places.length; i++) {
      block[places[i]] = values[i];
    }
  }
}
