package io.splitgym.server.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.dataformat.cbor.CBORGenerator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Arrays of numbers as bodies hold them. In JSON lists, one in another for each dimension. In CBOR
 * {@code {"dtype": "float32", "shape": [n, 3], "data": BYTES}}: the values in C order,
 * little-endian, so that a reader takes them as they are.
 *
 * <p>Each method writes one value. A shape has at least one dimension; its product is the array's
 * length.
 */
public final class NumberArrays {
  static final String DTYPE = "dtype";
  static final String SHAPE = "shape";
  static final String DATA = "data";

  private static final int MEMBERS = 3;

  private NumberArrays() {}

  /** Writes float32. */
  public static void write(JsonGenerator out, float[] values, int... shape) throws IOException {
    if (isBinary(out)) {
      ByteBuffer bytes = littleEndian(values.length, Float.BYTES);
      bytes.asFloatBuffer().put(values);
      typed(out, "float32", bytes, shape);
    } else {
      list(out, i -> out.writeNumber(values[i]), values.length, shape);
    }
  }

  /** Writes float64. */
  public static void write(JsonGenerator out, double[] values, int... shape) throws IOException {
    if (isBinary(out)) {
      ByteBuffer bytes = littleEndian(values.length, Double.BYTES);
      bytes.asDoubleBuffer().put(values);
      typed(out, "float64", bytes, shape);
    } else {
      list(out, i -> out.writeNumber(values[i]), values.length, shape);
    }
  }

  /** Writes int32. */
  public static void write(JsonGenerator out, int[] values, int... shape) throws IOException {
    if (isBinary(out)) {
      ByteBuffer bytes = littleEndian(values.length, Integer.BYTES);
      bytes.asIntBuffer().put(values);
      typed(out, "int32", bytes, shape);
    } else {
      list(out, i -> out.writeNumber(values[i]), values.length, shape);
    }
  }

  /** Writes int64. */
  public static void write(JsonGenerator out, long[] values, int... shape) throws IOException {
    if (isBinary(out)) {
      ByteBuffer bytes = littleEndian(values.length, Long.BYTES);
      bytes.asLongBuffer().put(values);
      typed(out, "int64", bytes, shape);
    } else {
      list(out, i -> out.writeNumber(values[i]), values.length, shape);
    }
  }

  /** Writes int8. */
  public static void write(JsonGenerator out, byte[] values, int... shape) throws IOException {
    if (isBinary(out)) {
      typed(out, "int8", ByteBuffer.wrap(values), shape);
    } else {
      list(out, i -> out.writeNumber(values[i]), values.length, shape);
    }
  }

  /** Writes truth values; in CBOR a byte for each, 0 or 1. */
  public static void write(JsonGenerator out, boolean[] values, int... shape) throws IOException {
    if (isBinary(out)) {
      ByteBuffer bytes = littleEndian(values.length, 1);
      for (boolean value : values) {
        bytes.put((byte) (value ? 1 : 0));
      }
      typed(out, "bool", bytes, shape);
    } else {
      list(out, i -> out.writeBoolean(values[i]), values.length, shape);
    }
  }

  /**
   * Lets Jackson write arrays in other bodies the same way, as having one dimension, and bodies
   * that write themselves.
   */
  static SimpleModule module() {
    SimpleModule module = new SimpleModule();
    module.addSerializer(
        float[].class, serializer((out, values) -> write(out, values, values.length)));
    module.addSerializer(
        double[].class, serializer((out, values) -> write(out, values, values.length)));
    module.addSerializer(
        int[].class, serializer((out, values) -> write(out, values, values.length)));
    module.addSerializer(
        long[].class, serializer((out, values) -> write(out, values, values.length)));
    module.addSerializer(
        boolean[].class, serializer((out, values) -> write(out, values, values.length)));
    module.addSerializer(StreamedBody.class, serializer((out, body) -> body.writeTo(out)));
    return module;
  }

  private static boolean isBinary(JsonGenerator out) {
    return out instanceof CBORGenerator;
  }

  private static ByteBuffer littleEndian(int values, int width) {
    return ByteBuffer.allocate(Math.multiplyExact(values, width)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void typed(JsonGenerator out, String dtype, ByteBuffer bytes, int[] shape)
      throws IOException {
    out.writeStartObject(null, MEMBERS);
    out.writeStringField(DTYPE, dtype);
    out.writeFieldName(SHAPE);
    out.writeArray(shape, 0, shape.length);
    out.writeFieldName(DATA);
    out.writeBinary(bytes.array());
    out.writeEndObject();
  }

  private static void list(JsonGenerator out, ValueWriter writer, int length, int[] shape)
      throws IOException {
    list(out, writer, 0, length, shape, 0);
  }

  private static void list(
      JsonGenerator out, ValueWriter writer, int from, int to, int[] shape, int dimension)
      throws IOException {
    out.writeStartArray();
    if (dimension == shape.length - 1) {
      for (int i = from; i < to; i++) {
        writer.write(i);
      }
    } else if (shape[dimension] > 0) {
      int stride = (to - from) / shape[dimension];
      for (int i = 0; i < shape[dimension]; i++) {
        int start = from + i * stride;
        list(out, writer, start, start + stride, shape, dimension + 1);
      }
    }
    out.writeEndArray();
  }

  private static <T> JsonSerializer<T> serializer(ArrayWriter<T> writer) {
    return new JsonSerializer<>() {
      @Override
      public void serialize(T values, JsonGenerator out, SerializerProvider provider)
          throws IOException {
        writer.write(out, values);
      }
    };
  }

  /** Writes the value at a place. */
  private interface ValueWriter {
    void write(int place) throws IOException;
  }

  /** Writes an array. */
  private interface ArrayWriter<T> {
    void write(JsonGenerator out, T values) throws IOException;
  }
}
