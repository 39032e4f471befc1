package io.splitgym.durability;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * One thing that happened to one trail.
 *
 * @param number the how-manieth thing it is on its trail, from 1
 * @param body the document or the command; empty for a removal
 */
@SuppressWarnings("ArrayRecordComponent") // made by the reader for one reader, never compared
record JournalRecord(Kind kind, UUID trail, long number, byte[] body) {
  /** What happened. */
  enum Kind {
    /** The document is now this one, whatever was before. */
    DOCUMENT,
    /** The command was carried out. */
    COMMAND,
    /** The trail ended. */
    REMOVAL
  }

  private static final int MOST_HEAD = 1 + 2 * Long.BYTES + 10;

  /** The most bytes that a record with that body takes. */
  static int mostBytes(int body) {
    return MOST_HEAD + body;
  }

  /** Writes what {@link #read} reads. */
  static void write(ByteBuffer into, Kind kind, UUID trail, long number, byte[] body) {
    into.put((byte) kind.ordinal());
    into.putLong(trail.getMostSignificantBits());
    into.putLong(trail.getLeastSignificantBits());
    Numbers.write(into, number);
    into.put(body);
  }

  /**
   * @throws IllegalArgumentException if the bytes are not those of a record
   */
  static JournalRecord read(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      int kind = in.get();
      if (kind < 0 || kind >= Kind.values().length) {
        throw new IllegalArgumentException("no record is of kind " + kind);
      }
      UUID trail = new UUID(in.getLong(), in.getLong());
      long number = Numbers.read(in);
      byte[] body = new byte[in.remaining()];
      in.get(body);
      return new JournalRecord(Kind.values()[kind], trail, number, body);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("a record of " + bytes.length + " bytes is cut", e);
    }
  }
}
