package io.splitgym.transport;

import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import org.jspecify.annotations.Nullable;

/**
 * How a block of tokens, its elements in one row, falls into packets. Each packet is lost or
 * arrives as a whole.
 */
public sealed interface Packets {
  /**
   * The packets that two settings tell of, of which one counts.
   *
   * @param elements of {@link OfElements}, at least 1; null is 1; left out where bytes count
   * @param bytes of {@link OfBytes}; null and 0 count elements
   * @throws InvalidValueException naming {@value OfElements#NAME} or {@value OfBytes#NAME} if it
   *     isn't allowed
   */
  static Packets of(@Nullable Integer elements, @Nullable Integer bytes) {
    int size = bytes == null ? 0 : bytes;
    if (size < 0) {
      throw new InvalidValueException(OfBytes.NAME, size, OfBytes.ALLOWED);
    }
    if (size > 0 && elements != null) {
      throw new InvalidValueException(
          OfElements.NAME, elements, "left out: " + OfBytes.NAME + " counts packets in bytes");
    }
    return size > 0 ? new OfBytes(size) : new OfElements(elements == null ? 1 : elements);
  }

  /**
   * Where the packet ends that begins with an element: behind its last one.
   *
   * @param from its first element
   * @param total of the block's elements, a multiple of the width
   * @param width elements of a token, at least 1
   * @param codec one that there is {@linkplain #requireRoom room} for
   * @return more than {@code from}, at most {@code total}
   */
  int end(int from, int total, int width, Codec codec);

  /**
   * Bits of all packets of a block: its elements and scales. A packet that ends within a byte isn't
   * filled up.
   *
   * @param tokens of the block
   * @param width elements of a token, at least 1
   * @param codec one that there is {@linkplain #requireRoom room} for
   */
  long bits(int tokens, int width, Codec codec);

  /**
   * Refuses packets that hold nothing.
   *
   * @throws InvalidValueException naming {@value OfBytes#NAME} if no element fits into one
   */
  default void requireRoom(Codec codec) {}

  /**
   * So many consecutive elements, whatever they take. A token's scale is sent beside them, once,
   * and arrives.
   *
   * @param elements at least 1
   */
  record OfElements(int elements) implements Packets {
    /** The setting that asks for it. */
    public static final String NAME = "packetElements";

    public OfElements {
      Require.positive(NAME, elements);
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
    /** The setting that asks for it. */
    public static final String NAME = "packetBytes";

    /** What that setting may be, in words. */
    public static final String ALLOWED = "0 (packets are counted in elements) or more";

    public OfBytes {
      Require.positive(NAME, bytes);
    }

    @Override
    public void requireRoom(Codec codec) {
      if (bytes < codec.leastBytes()) {
        throw new InvalidValueException(
            NAME,
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
