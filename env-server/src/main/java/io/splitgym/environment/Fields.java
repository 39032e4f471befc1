package io.splitgym.environment;

import io.splitgym.channel.Range;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a JSON object, read by name and type. Every refusal names the field by its path
 * from the request's top.
 */
final class Fields {
  private final String prefix;
  private final Map<String, ?> values;

  /**
   * @param prefix what leads to the fields, such as {@code "options."}
   * @throws InvalidValueException if a field is not among the known ones
   */
  Fields(String prefix, Map<String, ?> values, List<String> known) {
    this.prefix = prefix;
    this.values = values;
    for (Map.Entry<String, ?> field : values.entrySet()) {
      if (!known.contains(field.getKey())) {
        throw new InvalidValueException(
            prefix + field.getKey(),
            field.getValue(),
            known.isEmpty() ? "absent" : "absent; known are " + String.join(", ", known));
      }
    }
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  double number(String name, double absent, double low, double high, String allowed) {
    if (!has(name)) {
      return absent;
    }
    double value = number(values.get(name), name, allowed);
    if (!(value >= low && value <= high)) {
      throw refusal(name, allowed);
    }
    return value;
  }

  int integer(String name, int absent, int low, int high, String allowed) {
    if (!has(name)) {
      return absent;
    }
    int value = integer(values.get(name), name, allowed);
    if (value < low || value > high) {
      throw refusal(name, allowed);
    }
    return value;
  }

  boolean flag(String name, boolean absent) {
    if (!has(name)) {
      return absent;
    }
    if (values.get(name) instanceof Boolean value) {
      return value;
    }
    throw refusal(name, "true or false");
  }

  String choice(String name, String absent, List<String> choices) {
    if (!has(name)) {
      return absent;
    }
    if (values.get(name) instanceof String value && choices.contains(value)) {
      return value;
    }
    throw refusal(name, "one of " + String.join(", ", choices));
  }

  Range range(String name, Range absent, double low, double high, String allowed) {
    if (!has(name)) {
      return absent;
    }
    List<?> ends = pair(name, allowed);
    double from = number(ends.get(0), name, allowed);
    double to = number(ends.get(1), name, allowed);
    if (!(from >= low && from <= to && to <= high)) {
      throw refusal(name, allowed);
    }
    return new Range(from, to);
  }

  SplitRange splits(String name, SplitRange absent, SplitRange within, String allowed) {
    if (!has(name)) {
      return absent;
    }
    List<?> ends = pair(name, allowed);
    int from = integer(ends.get(0), name, allowed);
    int to = integer(ends.get(1), name, allowed);
    if (from > to || !within.contains(from) || !within.contains(to)) {
      throw refusal(name, allowed);
    }
    return new SplitRange(from, to);
  }

  List<Integer> integers(String name, String allowed) {
    if (!(values.get(name) instanceof List<?> list)) {
      throw refusal(name, allowed);
    }
    List<Integer> integers = new ArrayList<>();
    list.forEach(element -> integers.add(integer(element, name, allowed)));
    return integers;
  }

  /** The object of that name, empty where absent. */
  Map<String, Object> object(String name) {
    Map<String, Object> object = new LinkedHashMap<>();
    if (has(name)) {
      if (!(values.get(name) instanceof Map<?, ?> map)) {
        throw refusal(name, "an object");
      }
      map.forEach((key, value) -> object.put(String.valueOf(key), value));
    }
    return object;
  }

  InvalidValueException refusal(String name, String allowed) {
    return new InvalidValueException(prefix + name, values.get(name), allowed);
  }

  private List<?> pair(String name, String allowed) {
    if (values.get(name) instanceof List<?> ends && ends.size() == 2) {
      return ends;
    }
    throw refusal(name, allowed);
  }

  private double number(@Nullable Object value, String name, String allowed) {
    if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
      return number.doubleValue();
    }
    throw refusal(name, allowed);
  }

  /** JSON has one kind of number, so 5.0 is as good an integer as 5. */
  private int integer(@Nullable Object value, String name, String allowed) {
    double number = number(value, name, allowed);
    if (number != Math.rint(number) || Math.abs(number) > Integer.MAX_VALUE) {
      throw refusal(name, allowed);
    }
    return (int) number;
  }
}
