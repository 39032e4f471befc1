package io.splitgym.transport;

/** What of a block is sent reliably, and so arrives. */
public final class ProtectedElements {
  private final int[] places;
  private final float[] values;
  private final long bits;

  /**
   * @param places ascending
   * @param values one for each place
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

  /** The place of one of them. */
  int place(int index) {
    return places[index];
  }

  /** Puts them back where they belong. */
  public void restore(float[] block) {
    for (int i = 0; i < places.length; i++) {
      block[places[i]] = values[i];
    }
  }
}
