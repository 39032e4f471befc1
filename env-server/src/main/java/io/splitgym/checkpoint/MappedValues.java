package io.splitgym.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.List;
import java.util.Optional;
import java.util.RandomAccess;

/**
 * Texts and lists of a GGUF file's metadata, read from the mapped file when they are asked for: so
 * opening a file takes memory for the number of its keys, not for what it says they hold.
 */
final class MappedValues {
  private MappedValues() {}

  /**
   * A text.
   *
   * @param at where its UTF-8 begins
   */
  record Text(MappedBytes bytes, long at, int length) {
    String read() {
      return new String(bytes.copy(at, length), StandardCharsets.UTF_8);
    }
  }

  /** The kinds of plain values that a list may hold, each of a fixed size but for texts. */
  enum Kind {
    UINT8(0, 1),
    INT8(1, 1),
    UINT16(2, 2),
    INT16(3, 2),
    UINT32(4, 4),
    INT32(5, 4),
    FLOAT32(6, 4),
    BOOL(7, 1),
    TEXT(8, 8),
    UINT64(10, 8),
    INT64(11, 8),
    FLOAT64(12, 8);

    private final int code;
    private final int leastBytes;

    Kind(int code, int leastBytes) {
      this.code = code;
      this.leastBytes = leastBytes;
    }

    static Optional<Kind> ofCode(int code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return Optional.of(kind);
        }
      }
      return Optional.empty();
    }

    /** The value's size, for a text that of its length alone. */
    int leastBytes() {
      return leastBytes;
    }

    /** A Long, Double or Boolean; a text is what {@link Text} reads. */
    Object read(MappedBytes bytes, long at) {
      return switch (this) {
        case UINT8 -> (long) bytes.int8(at) & 0xFF;
        case INT8 -> (long) bytes.int8(at);
        case UINT16 -> (long) bytes.int16(at);
        case INT16 -> (long) (short) bytes.int16(at);
        case UINT32 -> bytes.int32(at) & 0xFFFFFFFFL;
        case INT32 -> (long) bytes.int32(at);
        case FLOAT32 -> (double) Float.intBitsToFloat(bytes.int32(at));
        case BOOL -> bytes.int8(at) != 0;
        case UINT64, INT64 -> bytes.int64(at);
        case FLOAT64 -> Double.longBitsToDouble(bytes.int64(at));
        case TEXT -> throw new IllegalStateException("a text has no fixed size");
      };
    }
  }

  /** Values of one kind, one after the other. */
  static List<Object> numbers(MappedBytes bytes, Kind kind, long at, int length) {
    return new Numbers(bytes, kind, at, length);
  }

  /**
   * Texts.
   *
   * @param starts where each one's UTF-8 begins, after its length
   */
  static List<Object> texts(MappedBytes bytes, long[] starts) {
    return new Texts(bytes, starts);
  }

  private static final class Numbers extends AbstractList<Object> implements RandomAccess {
    private final MappedBytes bytes;
    private final Kind kind;
    private final long at;
    private final int length;

    Numbers(MappedBytes bytes, Kind kind, long at, int length) {
      this.bytes = bytes;
      this.kind = kind;
      this.at = at;
      this.length = length;
    }

    @Override
    public Object get(int index) {
      java.util.Objects.checkIndex(index, length);
      return kind.read(bytes, at + (long) index * kind.leastBytes());
    }

    @Override
    public int size() {
      return length;
    }
  }

  private static final class Texts extends AbstractList<Object> implements RandomAccess {
    private final MappedBytes bytes;
    private final long[] starts;

    Texts(MappedBytes bytes, long[] starts) {
      this.bytes = bytes;
      this.starts = starts;
    }

    @Override
    public Object get(int index) {
      long at = starts[index];
      return new Text(bytes, at, (int) bytes.int64(at - Long.BYTES)).read();
    }

    @Override
    public int size() {
      return starts.length;
    }
  }
}
