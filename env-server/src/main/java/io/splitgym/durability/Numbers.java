package io.splitgym.durability;

import java.nio.ByteBuffer;

/** Numbers of at least 0 in as few bytes as they need: seven bits a byte, the lowest first. */
final class Numbers {
  private static final int BITS = 7;
  private static final int MORE = 1 << BITS;

  private Numbers() {}

  static void write(ByteBuffer into, long number) {
    long rest = number;
    while (rest >= MORE) {
      into.put((byte) (rest | MORE));
      rest >>>= BITS;
    }
    into.put((byte) rest);
  }

  static long read(ByteBuffer from) {
    long number = 0;
    for (int shift = 0; shift < Long.SIZE; shift += BITS) {
      byte next = from.get();
      number |= (long) (next & (MORE - 1)) << shift;
      if (next >= 0) {
        return number;
      }
    }
    throw new IllegalArgumentException("a number has too many bytes");
  }
}
