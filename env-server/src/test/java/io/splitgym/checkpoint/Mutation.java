package io.splitgym.checkpoint;

import io.splitgym.random.RandomStream;
import java.util.Arrays;

/** Damages bytes: changes some, swaps in numbers that are likely to hurt, cuts off the end. */
final class Mutation {
  private static final long[] HOSTILE = {
    0,
    1,
    -1,
    0x7F,
    0x80,
    0x7FFF_FFFF,
    0x8000_0000L,
    1L << 40,
    1L << 60,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };

  private Mutation() {}

  /**
   * @param upTo changes are made before this place
   */
  static byte[] of(byte[] sound, int upTo, RandomStream random) {
    byte[] mutated =
        random.nextDouble() < 0.2
            ? Arrays.copyOf(sound, random.nextInteger(0, sound.length - 1))
            : sound.clone();
    int places = Math.min(upTo, mutated.length);
    if (places == 0) {
      return mutated;
    }
    int changes = random.nextInteger(mutated.length < sound.length ? 0 : 1, 4);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInteger(0, places - 1);
      if (random.nextDouble() < 0.5) {
        mutated[at] = (byte) random.nextInteger(-128, 127);
      } else {
        long number = HOSTILE[random.nextInteger(0, HOSTILE.length - 1)];
        int width = random.nextDouble() < 0.5 ? 4 : 8;
        for (int k = 0; k < width && at + k < places; k++) {
          mutated[at + k] = (byte) (number >> 8 * k);
        }
      }
    }
    return mutated;
  }
}
