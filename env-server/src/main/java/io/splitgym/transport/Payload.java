package io.splitgym.transport;

import java.util.Arrays;

/**
 * What is made of a hidden state before it is sent.
 *
 * @param codec of what isn't protected
 * @param protection of what must arrive
 */
public record Payload(Codec codec, Protection protection) {
  /** Elements as they are, and none of them protected. */
  public static final Payload PLAIN = new Payload(Codec.F32, new Protection.None());

  /** Whether what arrives is what was sent, if nothing happens on the way. */
  public boolean exact() {
    return codec.exact();
  }

  /**
   * Puts in place of a block's elements what a receiver decodes of them if all packets arrive, with
   * zero where an element is protected.
   *
   * @param values [tokens, width] float32, row-major; changed in place
   * @param tokens of the block
   * @param width elements of a token, at least 1
   * @return what is sent beside them
   */
  public ProtectedElements encode(float[] values, int tokens, int width) {
    int[] places = new int[0];
    int known = 0;
    if (!(protection instanceof Protection.None)) {
      for (int token = 0; token < tokens; token++) {
        int[] more = protection.places(values, token * width, width);
        if (known + more.length > places.length) {
          places = Arrays.copyOf(places, Math.max(2 * places.length, known + more.length));
        }
        System.arraycopy(more, 0, places, known, more.length);
        known += more.length;
      }
      places = Arrays.copyOf(places, known);
    }
    float[] kept = new float[places.length];
    for (int i = 0; i < places.length; i++) {
      kept[i] = values[places[i]];
      values[places[i]] = 0;
    }
    if (!codec.exact()) {
      for (int token = 0; token < tokens; token++) {
        codec.roundTrip(values, token * width, (token + 1) * width);
      }
    }
    long bits =
        (long) tokens * protection.countBits(width)
            + (long) places.length * Protection.elementBits(width);
    return new ProtectedElements(places, kept, bits);
  }

  /**
   * Bits of a block's elements and of one scale for each token. A protected element's place counts
   * as any other does; what is sent beside them is counted in {@link ProtectedElements#bits}.
   *
   * @param tokens of the block
   * @param width elements of a token, at least 1
   */
  public long bits(int tokens, int width) {
    return tokens * (codec.scaleBits() + (long) width * codec.elementBits());
  }
}
