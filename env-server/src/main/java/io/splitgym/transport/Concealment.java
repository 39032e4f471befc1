package io.splitgym.transport;

import io.splitgym.validation.InvalidValueException;
import java.util.BitSet;

/** What a receiver puts where a packet was lost. */
public enum Concealment {
  /** Zeros; the rest isn't rescaled. */
  ZERO("zero") {
    @Override
    public void conceal(float[] values, int width, BitSet lost, float[] held) {
      for (int i = lost.nextSetBit(0); i >= 0; i = lost.nextSetBit(i + 1)) {
        values[i] = 0;
      }
    }
  },

  /**
   * What the same element of the hidden state was when it last arrived: where a packet is a token,
   * as in the last token that arrived. Zero as long as it never did. What arrived of a token beside
   * its packets is repeated too: a token without its massive activations isn't one that the LLM
   * knows.
   */
  REPEAT("repeat") {
    @Override
    public void conceal(float[] values, int width, BitSet lost, float[] held) {
      for (int i = 0; i < values.length; i++) {
        if (lost.get(i)) {
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
   * @param values [tokens, width] float32, row-major, as a receiver decodes them
   * @param lost places in {@code values}
   * @param held [width] what last arrived of each element, zero where it never did; brought up to
   *     date if this looks at it
   */
  public abstract void conceal(float[] values, int width, BitSet lost, float[] held);

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
