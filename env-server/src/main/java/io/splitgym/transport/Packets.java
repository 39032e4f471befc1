package io.splitgym.transport;

import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;

/**
 * How a block of tokens, its elements in one row, falls into packets. Each packet is lost or
 * arrives as a whole.
 */
public sealed interface Packets {
  /**
   * Where the packet ends that begins with an element: behind its last one.
   *
   * @param from its first element
   * @param total of the block's elements, a multiple of the width
   * @return more than {@code from}, at most {@code total}
   */
  int end(int from, int total, int width, Codec codec);

  /** Bits of all packets of a block. */
  long bits(int tokens, int width, Codec codec);

  /**
   * Refuses packets that hold nothing.
   *
   * @throws InvalidValueException if no element fits into one
   */
  default void requireRoom(Codec codec) {}

  /**
   * So many consecutive elements, whatever they take. A token's scale is sent beside them, once,
   * and arrives.
   *
   * @param elements at least 1
   */
  record OfElements(int elements) implements Packets {
    public OfElements {
      Require.positive("packetElements", elements);
    }

    @Override
    public int end(int from, int total, int width, Codec codec) {
      return (int) Math.min((long) from + elements, total);
    }

    @Override
    public long bits(int tokens, int width, Codec codec) {
      return new Payload(codec, new Protection.None()).bits(tokens, width);
    }
  }

  /**
   * As many elements as fit into so many bytes; the last of a block may be shorter. A packet may
   * hold parts of several tokens. Each can be decoded without the others, as RFC 2736 asks of
   * real-time payloads: whole elements only, and a scale before each token's part. So a 576-wide
   * token in f16 is one packet of 1,152 bytes, and headers of the layers below aren't counted.
   *
   * @param bytes at least 1
   */
  record OfBytes(int bytes) implements Packets {
    public OfBytes {
      Require.positive("packetBytes", bytes);
    }

    @Override
    public void requireRoom(Codec codec) {
      if (bytes < codec.leastBytes()) {
        throw new InvalidValueException(
            "packetBytes",
            bytes,
            "at least " + codec.leastBytes() + ", which an element in " + codec.id() + " takes");
      }
    }

    @Override
    public int end(int from, int total, int width, Codec codec) {
      long left = (long) bytes * Byte.SIZE;
      int at = from;
      while (at < total) {
        left -= codec.scaleBits();
        long room = Math.max(0, left / codec.elementBits());
        int ofToken = width - at % width;
        if (room < ofToken) {
          return at + (int) room;
        }
        at += ofToken;
        left -= (long) ofToken * codec.elementBits();
      }
      return at;
    }

    @Override
    public long bits(int tokens, int width, Codec codec) {
      int total = tokens * width;
      long parts = 0;
      for (int from = 0; from < total; ) {
        int end = end(from, total, width, codec);
        parts += (end - 1) / width - from / width + 1;
        from = end;
      }
      return parts * codec.scaleBits() + (long) total * codec.elementBits();
    }
  }
}
