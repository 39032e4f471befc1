package io.splitgym.decoder;

import java.util.List;
import java.util.OptionalInt;

/**
 * How a layer's attention tells one place in a window from another, and how far it looks.
 *
 * @param frequencies of rotary position embedding, in radians a token, for the pairs (i, i +
 *     headSize / 2) of each head; empty where positions come with the embedding
 * @param reach how many tokens back it looks, its own place included; empty for all of them
 */
record Positions(List<Double> frequencies, OptionalInt reach) {
  Positions {
    frequencies = List.copyOf(frequencies);
  }
}
