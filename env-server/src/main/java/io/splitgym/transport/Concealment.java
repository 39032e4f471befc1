package io.splitgym.transport;

import io.splitgym.validation.InvalidValueException;
import java.util.BitSet;

/** What a receiver puts where a packet was lost. */
public enum Concealment {
  /** Zeros; the rest isn't rescaled. */
  ZERO("zero") {
    @Override
    public void conceal(
        float[] values, int width, BitSet lost, ProtectedElements kept, float[] held) {
      for (int i = lost.nextSetBit(0); i >= 0; i = lost.nextSetBit(i + 1)) {
        values[i] = 0;
      }
    }
  },

  /**
   * What the same element of the hidden state was in the last packet that brought it: where a
   * packet is a token, the last token that arrived. Zero as long as none did. A protected element
   * crosses beside the packets, and so is never repeated in a later token.
   */
  REPEAT("repeat") {
    @Override
    public void conceal(
        float[] values, int width, BitSet lost, ProtectedElements kept, float[] held) {
      int beside = 0;
      for (int i = 0; i < values.length; i++) {
        if (beside < kept.count() && kept.place(beside) == i) {
          beside++;
        } else if (lost.get(i)) {
          values[i] = held[i % width];
        } else {
          held[i % width] = values[i];
        }
      }
    }
  };

  private final String id;

  Concealment(String id) {
    this.id = id;
  }

  /** The name used on the command line and in requests. */
  public String id() {
    return id;
  }

  /**
   * Fills what was lost.
   *
   * @param values [tokens, width] float32, row-major, as encoded
   * @param lost places in {@code values}
   * @param kept arrives in any case
   * @param held [width] what the last packet brought of each element, zero where none did; brought
   *     up to date if this looks at it
   */
  public abstract void conceal(
      float[] values, int width, BitSet lost, ProtectedElements kept, float[] held);

  /**
   * The concealment of that name.
   *
   * @param field named if there is none
   */
  public static Concealment ofId(String field, String id) {
    for (Concealment concealment : values()) {
      if (concealment.id.equals(id)) {
        return concealment;
      }
    }
    throw new InvalidValueException(field, id, ZERO.id + " or " + REPEAT.id);
  }
}
