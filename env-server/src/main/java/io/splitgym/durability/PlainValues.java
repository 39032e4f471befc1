package io.splitgym.durability;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values as bytes and back, type for type and bit for bit: null, Boolean, Integer, Long, Double,
 * BigInteger, String, byte[], float[], List, and Map with texts as keys, whose order is kept.
 */
public final class PlainValues {
  private static final char NULL = '0';
  private static final char FALSE = 'f';
  private static final char TRUE = 't';
  private static final char INTEGER = 'i';
  private static final char LONG = 'l';
  private static final char DOUBLE = 'd';
  private static final char BIG_INTEGER = 'n';
  private static final char TEXT = 's';
  private static final char BYTES = 'b';
  private static final char FLOATS = 'v';
  private static final char LIST = 'a';
  private static final char MAP = 'm';

  private PlainValues() {}

  /**
   * @throws IllegalArgumentException if something in it is of another type
   */
  public static byte[] write(@Nullable Object value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      write(value, new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  /**
   * What {@link #write} wrote.
   *
   * @throws IllegalArgumentException if it wasn't that
   */
  public static @Nullable Object read(byte[] bytes) {
    ByteArrayInputStream rest = new ByteArrayInputStream(bytes);
    try {
      Object value = read(new DataInputStream(rest), rest);
      if (rest.available() > 0) {
        throw new IllegalArgumentException(rest.available() + " bytes follow the value");
      }
      return value;
    } catch (IOException e) {
      throw new IllegalArgumentException("the value breaks off", e);
    }
  }

  private static void write(@Nullable Object value, DataOutputStream out) throws IOException {
    if (value == null) {
      out.writeByte(NULL);
    } else if (value instanceof Boolean flag) {
      out.writeByte(flag ? TRUE : FALSE);
    } else if (value instanceof Integer number) {
      out.writeByte(INTEGER);
      out.writeInt(number);
    } else if (value instanceof Long number) {
      out.writeByte(LONG);
      out.writeLong(number);
    } else if (value instanceof Double number) {
      out.writeByte(DOUBLE);
      out.writeDouble(number);
    } else if (value instanceof BigInteger number) {
      out.writeByte(BIG_INTEGER);
      writeBytes(number.toByteArray(), out);
    } else if (value instanceof String text) {
      out.writeByte(TEXT);
      writeText(text, out);
    } else if (value instanceof byte[] bytes) {
      out.writeByte(BYTES);
      writeBytes(bytes, out);
    } else if (value instanceof float[] floats) {
      out.writeByte(FLOATS);
      out.writeInt(floats.length);
      for (float one : floats) {
        out.writeFloat(one);
      }
    } else if (value instanceof List<?> list) {
      out.writeByte(LIST);
      out.writeInt(list.size());
      for (Object element : list) {
        write(element, out);
      }
    } else if (value instanceof Map<?, ?> map) {
      out.writeByte(MAP);
      out.writeInt(map.size());
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        writeText(String.valueOf(entry.getKey()), out);
        write(entry.getValue(), out);
      }
    } else {
      throw new IllegalArgumentException("no plain value: " + value.getClass());
    }
  }

  private static @Nullable Object read(DataInputStream in, ByteArrayInputStream rest)
      throws IOException {
    char kind = (char) in.readUnsignedByte();
    return switch (kind) {
      case NULL -> null;
      case FALSE -> false;
      case TRUE -> true;
      case INTEGER -> (Object) in.readInt();
      case LONG -> in.readLong();
      case DOUBLE -> in.readDouble();
      case BIG_INTEGER -> new BigInteger(readBytes(in, rest));
      case TEXT -> readText(in, rest);
      case BYTES -> readBytes(in, rest);
      case FLOATS -> {
        float[] floats = new float[count(in, rest, Float.BYTES)];
        for (int i = 0; i < floats.length; i++) {
          floats[i] = in.readFloat();
        }
        yield floats;
      }
      case LIST -> {
        int count = count(in, rest, 1);
        List<@Nullable Object> list = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
          list.add(read(in, rest));
        }
        yield list;
      }
      case MAP -> {
        int count = count(in, rest, 1);
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
          map.put(readText(in, rest), read(in, rest));
        }
        yield map;
      }
      default -> throw new IllegalArgumentException("no kind of value is " + kind);
    };
  }

  private static void writeText(String text, DataOutputStream out) throws IOException {
    writeBytes(text.getBytes(StandardCharsets.UTF_8), out);
  }

  private static void writeBytes(byte[] bytes, DataOutputStream out) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String readText(DataInputStream in, ByteArrayInputStream rest) throws IOException {
    return new String(readBytes(in, rest), StandardCharsets.UTF_8);
  }

  private static byte[] readBytes(DataInputStream in, ByteArrayInputStream rest)
      throws IOException {
    return in.readNBytes(count(in, rest, 1));
  }

  /** A count that the rest can hold, so that no made-up one takes all memory. */
  private static int count(DataInputStream in, ByteArrayInputStream rest, int bytesEach)
      throws IOException {
    int count = in.readInt();
    if (count < 0 || count > rest.available() / bytesEach) {
      throw new IllegalArgumentException("a count of " + count + " is more than there is");
    }
    return count;
  }
}
