package io.splitgym.checkpoint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Values that a model file holds about the model, by key. Each is a text, a whole number, a number,
 * a truth value, or a list of these; asked for in another kind than it has, it is refused by name.
 */
public final class Metadata {
  private final String origin;
  private final UnaryOperator<String> sourceName;
  private final Map<String, Object> values;

  /**
   * @param origin the file, for messages
   * @param sourceName what the file itself calls a key
   * @param values Long, Double, Boolean, String, {@link MappedValues.Text} or a list by key
   */
  Metadata(String origin, UnaryOperator<String> sourceName, Map<String, Object> values) {
    this.origin = origin;
    this.sourceName = sourceName;
    this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** The values whose keys begin so, under the rest of their keys. */
  Metadata within(String prefix) {
    Map<String, Object> inner = new LinkedHashMap<>();
    values.forEach(
        (key, value) -> {
          if (key.startsWith(prefix)) {
            inner.put(key.substring(prefix.length()), value);
          }
        });
    return new Metadata(origin, key -> sourceName.apply(prefix + key), inner);
  }

  /** All keys, in the file's order. */
  public Set<String> keys() {
    return values.keySet();
  }

  /**
   * The value of that key, where there is one of that kind; one of another kind counts as missing.
   */
  public <T> Optional<T> find(String key, Class<T> kind) {
    return Optional.ofNullable(read(values.get(key))).filter(kind::isInstance).map(kind::cast);
  }

  /**
   * A text.
   *
   * @throws MalformedCheckpointException if it is missing or no text
   */
  public String text(String key) throws MalformedCheckpointException {
    return value(key, String.class, "a text");
  }

  /**
   * As {@link #text}, or nothing if the key is missing.
   *
   * @throws MalformedCheckpointException if it is no text
   */
  public Optional<String> findText(String key) throws MalformedCheckpointException {
    return values.containsKey(key) ? Optional.of(text(key)) : Optional.empty();
  }

  /**
   * A truth value.
   *
   * @throws MalformedCheckpointException if it is missing or no truth value
   */
  public boolean flag(String key) throws MalformedCheckpointException {
    return value(key, Boolean.class, "true or false");
  }

  /**
   * As {@link #flag}, or nothing if the key is missing.
   *
   * @throws MalformedCheckpointException if it is no truth value
   */
  public Optional<Boolean> findFlag(String key) throws MalformedCheckpointException {
    return values.containsKey(key) ? Optional.of(flag(key)) : Optional.empty();
  }

  /**
   * A whole number of any size, or nothing if the key is missing.
   *
   * @throws MalformedCheckpointException if it is no whole number
   */
  public OptionalLong findWhole(String key) throws MalformedCheckpointException {
    return values.containsKey(key)
        ? OptionalLong.of(value(key, Long.class, "a whole number"))
        : OptionalLong.empty();
  }

  /**
   * A whole number, at least 1 and small enough for an int.
   *
   * @throws MalformedCheckpointException if it is missing, no whole number or out of range
   */
  public int count(String key) throws MalformedCheckpointException {
    long value = value(key, Long.class, "a whole number");
    if (value < 1 || value > Integer.MAX_VALUE) {
      throw wrong(key, value, "in [1, " + Integer.MAX_VALUE + "]");
    }
    return (int) value;
  }

  /**
   * As {@link #count}, or nothing if the key is missing.
   *
   * @throws MalformedCheckpointException if it is no whole number or out of range
   */
  public OptionalInt findCount(String key) throws MalformedCheckpointException {
    return values.containsKey(key) ? OptionalInt.of(count(key)) : OptionalInt.empty();
  }

  /**
   * A positive finite number.
   *
   * @throws MalformedCheckpointException if it is missing, no number or out of range
   */
  public double number(String key) throws MalformedCheckpointException {
    double value = value(key, Double.class, "a floating-point number");
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw wrong(key, value, "a finite number above 0");
    }
    return value;
  }

  /**
   * As {@link #number}, or nothing if the key is missing.
   *
   * @throws MalformedCheckpointException if it is no number or out of range
   */
  public OptionalDouble findNumber(String key) throws MalformedCheckpointException {
    return values.containsKey(key) ? OptionalDouble.of(number(key)) : OptionalDouble.empty();
  }

  /**
   * A list of texts, read anew whenever one is asked for.
   *
   * @throws MalformedCheckpointException if it is missing or holds anything but texts
   */
  public List<String> texts(String key) throws MalformedCheckpointException {
    return list(key, String.class, "texts");
  }

  /**
   * A list of whole numbers.
   *
   * @throws MalformedCheckpointException if it is missing or holds anything but whole numbers
   */
  public List<Long> wholeNumbers(String key) throws MalformedCheckpointException {
    return list(key, Long.class, "whole numbers");
  }

  /**
   * A list of numbers.
   *
   * @throws MalformedCheckpointException if it is missing or holds anything but numbers
   */
  public List<Double> numbers(String key) throws MalformedCheckpointException {
    return list(key, Double.class, "numbers");
  }

  /**
   * A list of truth values.
   *
   * @throws MalformedCheckpointException if it is missing or holds anything but truth values
   */
  public List<Boolean> flags(String key) throws MalformedCheckpointException {
    return list(key, Boolean.class, "true and false");
  }

  /** An exception that names the file, the key as the file has it, its value and what may be. */
  public MalformedCheckpointException wrong(String key, Object value, String allowed) {
    return new MalformedCheckpointException(refusal(key, value, allowed));
  }

  /** As {@link #wrong}, of what may well be sound but isn't known here. */
  public UnsupportedCheckpointException unsupported(String key, Object value, String allowed) {
    return new UnsupportedCheckpointException(refusal(key, value, allowed));
  }

  private String refusal(String key, Object value, String allowed) {
    return origin
        + ": "
        + sourceName.apply(key)
        + " is "
        + Excerpt.of(value instanceof List<?> list ? "a list of " + list.size() : value.toString())
        + ", must be "
        + allowed;
  }

  private <T> T value(String key, Class<T> kind, String allowed)
      throws MalformedCheckpointException {
    Object value = read(values.get(key));
    if (value == null) {
      throw new MalformedCheckpointException(origin + ": " + sourceName.apply(key) + " is missing");
    }
    if (!kind.isInstance(value)) {
      throw wrong(key, value, allowed);
    }
    return kind.cast(value);
  }

  // A list's elements are all of one kind, which its first shows; see MappedValues.
  @SuppressWarnings("unchecked")
  private <T> List<T> list(String key, Class<T> kind, String allowed)
      throws MalformedCheckpointException {
    List<?> list = value(key, List.class, "a list");
    if (!list.isEmpty() && !kind.isInstance(list.get(0))) {
      throw wrong(key, "a list that begins with " + list.get(0), "a list of " + allowed);
    }
    return (List<T>) Collections.unmodifiableList(list);
  }

  private static @Nullable Object read(@Nullable Object value) {
    return value instanceof MappedValues.Text text ? text.read() : value;
  }
}
