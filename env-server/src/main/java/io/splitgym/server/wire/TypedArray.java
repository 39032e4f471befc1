package io.splitgym.server.wire;

import io.splitgym.validation.InvalidValueException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Reads {@code {"dtype", "shape", "data"}} back into the lists that it stands for. */
final class TypedArray {
  private static final Set<String> NAMES =
      Set.of(NumberArrays.DTYPE, NumberArrays.SHAPE, NumberArrays.DATA);
  private static final int MOST_DIMENSIONS = 4;

  private TypedArray() {}

  /** Whether an object can be nothing else. */
  static boolean is(Map<String, @Nullable Object> object) {
    return object.size() == NAMES.size() && object.keySet().equals(NAMES);
  }

  /**
   * The lists, one in another for each dimension.
   *
   * @param data bytes, or in JSON a text that holds them in Base64
   * @throws InvalidValueException if the type is unknown, or shape and data don't fit
   */
  static List<?> read(String path, Map<String, @Nullable Object> object) {
    Type type = Type.of(path + "." + NumberArrays.DTYPE, object.get(NumberArrays.DTYPE));
    int[] shape = shape(path + "." + NumberArrays.SHAPE, object.get(NumberArrays.SHAPE));
    String name = path + "." + NumberArrays.DATA;
    byte[] data = bytes(name, object.get(NumberArrays.DATA));
    long count = 1;
    for (int extent : shape) {
      count = Math.min(count * extent, Integer.MAX_VALUE);
    }
    if (count * type.width != data.length) {
      throw new InvalidValueException(
          name,
          data.length + " bytes",
          count * type.width + " bytes, as " + type.dtype + " of that shape has");
    }
    return nested(shape, 0, 0, (int) count, type.lists(ByteBuffer.wrap(data), (int) count));
  }

  private static List<?> nested(int[] shape, int dimension, int from, int count, Rows rows) {
    if (dimension == shape.length - 1) {
      return rows.row(from, count);
    }
    List<Object> lists = new ArrayList<>(shape[dimension]);
    for (int i = 0; i < shape[dimension]; i++) {
      int stride = count / shape[dimension];
      lists.add(nested(shape, dimension + 1, from + i * stride, stride, rows));
    }
    return lists;
  }

  private static int[] shape(String path, @Nullable Object value) {
    if (!(value instanceof List<?> list) || list.isEmpty() || list.size() > MOST_DIMENSIONS) {
      throw new InvalidValueException(path, value, "1 to " + MOST_DIMENSIONS + " integers");
    }
    int[] shape = new int[list.size()];
    for (int i = 0; i < shape.length; i++) {
      if (!(list.get(i) instanceof Long extent) || extent < 0 || extent > Integer.MAX_VALUE) {
        throw new InvalidValueException(path, value, "of integers of at least 0");
      }
      shape[i] = extent.intValue();
      // [1000000000, 0] holds nothing, and would be looped over
      if (i > 0 && extent == 0) {
        throw new InvalidValueException(path, value, "of integers of at least 1 behind the first");
      }
    }
    return shape;
  }

  private static byte[] bytes(String path, @Nullable Object value) {
    if (value instanceof byte[] bytes) {
      return bytes;
    }
    try {
      if (value instanceof String text) {
        return Base64.getDecoder().decode(text);
      }
    } catch (IllegalArgumentException e) {
      throw new InvalidValueException(path, "(hidden)", "Base64");
    }
    throw new InvalidValueException(path, value, "a byte string, or in JSON Base64");
  }

  /** A stretch of the values as a list. */
  private interface Rows {
    List<?> row(int from, int count);
  }

  /** What an element is, by NumPy's names. */
  private enum Type {
    FLOAT32("float32", Float.BYTES),
    FLOAT64("float64", Double.BYTES),
    INT8("int8", 1),
    UINT8("uint8", 1),
    INT32("int32", Integer.BYTES),
    INT64("int64", Long.BYTES),
    BOOL("bool", 1);

    private final String dtype;
    private final int width;

    Type(String dtype, int width) {
      this.dtype = dtype;
      this.width = width;
    }

    static Type of(String path, @Nullable Object value) {
      List<String> names = new ArrayList<>();
      for (Type type : values()) {
        if (type.dtype.equals(value)) {
          return type;
        }
        names.add(type.dtype);
      }
      throw new InvalidValueException(path, value, "one of " + String.join(", ", names));
    }

    Rows lists(ByteBuffer data, int count) {
      ByteBuffer bytes = data.order(ByteOrder.LITTLE_ENDIAN);
      return switch (this) {
        case FLOAT32 -> reals(count, i -> bytes.getFloat(i * Float.BYTES));
        case FLOAT64 -> reals(count, i -> bytes.getDouble(i * Double.BYTES));
        case INT8 -> integers(count, i -> bytes.get(i));
        case UINT8 -> integers(count, i -> bytes.get(i) & 0xff);
        case INT32 -> integers(count, i -> bytes.getInt(i * Integer.BYTES));
        case INT64 -> integers(count, i -> bytes.getLong(i * Long.BYTES));
        case BOOL -> (from, length) -> truths(i -> bytes.get(i) != 0, from, length);
      };
    }

    private static Rows reals(int count, java.util.function.IntToDoubleFunction at) {
      double[] values = new double[count];
      for (int i = 0; i < count; i++) {
        values[i] = at.applyAsDouble(i);
      }
      return (from, length) -> new NumberList.Reals(values, from, length);
    }

    private static Rows integers(int count, java.util.function.IntToLongFunction at) {
      long[] values = new long[count];
      for (int i = 0; i < count; i++) {
        values[i] = at.applyAsLong(i);
      }
      return (from, length) -> new NumberList.Integers(values, from, length);
    }

    private static List<Boolean> truths(IntFunction<Boolean> at, int from, int count) {
      List<Boolean> truths = new ArrayList<>(count);
      for (int i = from; i < from + count; i++) {
        truths.add(at.apply(i));
      }
      return truths;
    }
  }
}
