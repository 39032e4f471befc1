package io.splitgym.server.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes what info holds: texts, numbers, truth values, and maps, lists and arrays of them. */
final class InfoMap {
  private InfoMap() {}

  static void write(JsonGenerator out, Map<String, ?> info) throws IOException {
    out.writeStartObject(null, info.size());
    for (Map.Entry<String, ?> entry : info.entrySet()) {
      out.writeFieldName(entry.getKey());
      writeValue(out, entry.getValue());
    }
    out.writeEndObject();
  }

  @SuppressWarnings("unchecked") // info has texts as keys, all the way down
  static void writeValue(JsonGenerator out, @Nullable Object value) throws IOException {
    if (value instanceof Double real) {
      out.writeNumber((double) real);
    } else if (value instanceof Integer integer) {
      out.writeNumber((int) integer);
    } else if (value instanceof Long integer) {
      out.writeNumber((long) integer);
    } else if (value instanceof String text) {
      out.writeString(text);
    } else if (value instanceof Boolean truth) {
      out.writeBoolean(truth);
    } else if (value instanceof Map<?, ?> map) {
      write(out, (Map<String, ?>) map);
    } else if (value instanceof List<?> list) {
      out.writeStartArray(null, list.size());
      for (Object element : list) {
        writeValue(out, element);
      }
      out.writeEndArray();
    } else if (value instanceof StreamedBody body) {
      body.writeTo(out);
    } else {
      writeArray(out, value);
    }
  }

  private static void writeArray(JsonGenerator out, @Nullable Object value) throws IOException {
    if (value instanceof float[] array) {
      NumberArrays.write(out, array, array.length);
    } else if (value instanceof double[] array) {
      NumberArrays.write(out, array, array.length);
    } else if (value instanceof int[] array) {
      NumberArrays.write(out, array, array.length);
    } else if (value instanceof long[] array) {
      NumberArrays.write(out, array, array.length);
    } else if (value instanceof boolean[] array) {
      NumberArrays.write(out, array, array.length);
    } else {
      out.writePOJO(value);
    }
  }
}
