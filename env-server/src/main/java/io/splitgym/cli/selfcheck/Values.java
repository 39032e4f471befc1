package io.splitgym.cli.selfcheck;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Answers in one form, whatever form they came in, and what differs between two. */
final class Values {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** float32: JSON has them as decimals, CBOR as bits. */
  private static final Set<String> FLOATS = Set.of("observation", "observations", "final_obs");

  private Values() {}

  /** Arrays as lists, and float32 as such. */
  static JsonNode plain(JsonNode answer) throws IOException {
    return plain(answer, false);
  }

  /**
   * The first difference; null where there is none.
   *
   * @param path of what is compared
   */
  static @Nullable Difference first(String path, JsonNode expected, JsonNode actual) {
    if (expected.isObject() && actual.isObject()) {
      Set<String> names = new TreeSet<>();
      expected.fieldNames().forEachRemaining(names::add);
      actual.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        Difference found =
            first(
                path.isEmpty() ? name : path + "." + name, expected.path(name), actual.path(name));
        if (found != null) {
          return found;
        }
      }
      return null;
    }
    if (expected.isArray() && actual.isArray() && expected.size() == actual.size()) {
      for (int i = 0; i < expected.size(); i++) {
        Difference found = first(path + "[" + i + "]", expected.get(i), actual.get(i));
        if (found != null) {
          return found;
        }
      }
      return null;
    }
    return same(expected, actual) ? null : new Difference(path, text(expected), text(actual));
  }

  /**
   * One difference.
   *
   * @param field where it is
   */
  record Difference(String field, String expected, String actual) {}

  private static boolean same(JsonNode expected, JsonNode actual) {
    if (expected.isNumber() && actual.isNumber()) {
      return expected.isIntegralNumber() && actual.isIntegralNumber()
          ? expected.bigIntegerValue().equals(actual.bigIntegerValue())
          : Double.compare(expected.doubleValue(), actual.doubleValue()) == 0;
    }
    return expected.equals(actual);
  }

  private static String text(JsonNode value) {
    return value.isMissingNode() ? "nothing" : value.toString();
  }

  private static JsonNode plain(JsonNode node, boolean floats) throws IOException {
    if (node.isObject() && node.size() == 3 && node.has("dtype") && node.has("data")) {
      return list(node);
    }
    if (node.isObject()) {
      ObjectNode object = NODES.objectNode();
      for (Iterator<Map.Entry<String, JsonNode>> all = node.fields(); all.hasNext(); ) {
        Map.Entry<String, JsonNode> one = all.next();
        object.set(one.getKey(), plain(one.getValue(), FLOATS.contains(one.getKey())));
      }
      return object;
    }
    if (node.isArray()) {
      ArrayNode array = NODES.arrayNode(node.size());
      for (JsonNode element : node) {
        array.add(plain(element, floats));
      }
      return array;
    }
    return floats && node.isNumber() ? NODES.numberNode((float) node.doubleValue()) : node;
  }

  private static JsonNode list(JsonNode typed) throws IOException {
    ByteBuffer data = ByteBuffer.wrap(typed.get("data").binaryValue());
    data.order(ByteOrder.LITTLE_ENDIAN);
    return list(typed.get("dtype").asText(), typed.get("shape"), 0, data);
  }

  private static JsonNode list(String dtype, JsonNode shape, int dimension, ByteBuffer data) {
    if (dimension == shape.size()) {
      return switch (dtype) {
        case "float32" -> NODES.numberNode(data.getFloat());
        case "float64" -> NODES.numberNode(data.getDouble());
        case "int32" -> NODES.numberNode(data.getInt());
        case "int64" -> NODES.numberNode(data.getLong());
        case "int8" -> NODES.numberNode((int) data.get());
        case "bool" -> NODES.booleanNode(data.get() != 0);
        default -> throw new IllegalArgumentException("no answer has the dtype " + dtype);
      };
    }
    ArrayNode list = NODES.arrayNode();
    for (int i = 0; i < shape.get(dimension).asInt(); i++) {
      list.add(list(dtype, shape, dimension + 1, data));
    }
    return list;
  }
}
