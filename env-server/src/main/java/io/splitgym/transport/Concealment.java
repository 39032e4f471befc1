package io.splitgym.transport;

import io.splitgym.validation.InvalidValueException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.Collectors;

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
   * What the same element of the hidden state was when it last arrived, so that what is repeated is
   * of the last good packet that had it: where a packet is a token, of the last token that arrived.
   * Zero as long as none did, as where the first packet is lost. What arrived of a token beside its
   * packets is repeated too: a token without its massive activations isn't one that the LLM knows.
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
   * @param values [tokens, width] float32, row-major, as a receiver decodes them; filled in place
   * @param width elements of a token, at least 1
   * @param lost places in {@code values}
   * @param held [width] what last arrived of each element, zero where it never did; brought up to
   *     date if this looks at it
   */
  public abstract void conceal(float[] values, int width, BitSet lost, float[] held);

  /** All names, as a refusal lists them. */
  public static String ids() {
    return Arrays.stream(values()).map(Concealment::id).collect(Collectors.joining(" or "));
  }

  /**
   * The concealment of that name.
   *
   * @param field named if there is none
   * @throws InvalidValueException if there is none
   */
  public static Concealment ofId(String field, String id) {
    return Arrays.stream(values())
        .filter(concealment -> concealment.id.equals(id))
        .findFirst()
        .orElseThrow(() -> new InvalidValueException(field, id, ids()));
  }
}
