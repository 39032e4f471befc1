package io.splitgym.agents.learning;

import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Records of hyperparameters, and the checks that they share. */
public final class Hyperparameters {
  private static final int MOST_UNITS = 4096;
  private static final int MOST_LAYERS = 16;

  private Hyperparameters() {}

  /** The names, in the order of the record. */
  public static List<String> names(Class<? extends Record> type) {
    return Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName).toList();
  }

  /**
   * A record with some of its components set otherwise.
   *
   * @param changed by name: numbers, booleans, texts and lists as YAML has them, or texts as people
   *     write them, such as {@code 64,64} or {@code 1e-3}
   * @throws InvalidValueException if a name is unknown, or a value isn't of its type or not allowed
   */
  public static <H extends Record> H with(H defaults, Map<String, ?> changed) {
    RecordComponent[] components = defaults.getClass().getRecordComponents();
    List<String> names = names(defaults.getClass());
    for (String name : changed.keySet()) {
      if (!names.contains(name)) {
        throw new InvalidValueException(
            "hyperparameter", name, "one of " + String.join(", ", names));
      }
    }
    Object[] values = new Object[components.length];
    Class<?>[] types = new Class<?>[components.length];
    try {
      for (int i = 0; i < components.length; i++) {
        String name = components[i].getName();
        types[i] = components[i].getType();
        Object given = changed.get(name);
        if (given == null) {
          components[i].getAccessor().setAccessible(true);
          values[i] = components[i].getAccessor().invoke(defaults);
        } else {
          values[i] = value(name, types[i], given);
        }
      }
      @SuppressWarnings("unchecked") // a record's constructor makes that record
      Constructor<H> constructor =
          (Constructor<H>) defaults.getClass().getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof InvalidValueException refused) {
        throw refused;
      }
      throw new IllegalStateException(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a record has its canonical constructor", e);
    }
  }

  /**
   * Checks the hidden layers of a network.
   *
   * @return a copy
   */
  public static List<Integer> requireUnits(List<Integer> hiddenUnits) {
    if (hiddenUnits.isEmpty() || hiddenUnits.size() > MOST_LAYERS) {
      throw new InvalidValueException(
          "hiddenUnits", hiddenUnits, "of 1 to " + MOST_LAYERS + " layers");
    }
    hiddenUnits.forEach(units -> Require.inRange("hiddenUnits", units, 1, MOST_UNITS));
    return List.copyOf(hiddenUnits);
  }

  private static Object value(String name, Class<?> type, Object given) {
    if (type == int.class) {
      long number = integer(name, given);
      return Require.inRange(
          name,
          (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, number)),
          Integer.MIN_VALUE + 1,
          Integer.MAX_VALUE - 1);
    }
    if (type == long.class) {
      return integer(name, given);
    }
    if (type == double.class) {
      try {
        return given instanceof Number number
            ? number.doubleValue()
            : Double.parseDouble(given.toString());
      } catch (NumberFormatException e) {
        throw new InvalidValueException(name, given, "a number");
      }
    }
    if (type == boolean.class) {
      return switch (given.toString()) {
        case "true" -> true;
        case "false" -> false;
        default -> throw new InvalidValueException(name, given, "true or false");
      };
    }
    if (type == List.class) {
      return integers(name, given);
    }
    if (type.isEnum()) {
      return constant(name, type, given.toString());
    }
    return given.toString();
  }

  private static long integer(String name, Object given) {
    if (given instanceof Integer || given instanceof Long) {
      return ((Number) given).longValue();
    }
    try {
      return Long.parseLong(given.toString().strip());
    } catch (NumberFormatException e) {
      throw new InvalidValueException(name, given, "an integer");
    }
  }

  private static List<Integer> integers(String name, Object given) {
    List<?> parts =
        given instanceof List<?> list ? list : Arrays.asList(given.toString().split(",", -1));
    try {
      return parts.stream().map(part -> Integer.valueOf(part.toString().strip())).toList();
    } catch (NumberFormatException e) {
      throw new InvalidValueException(name, given, "integers, such as 64,64");
    }
  }

  private static Object constant(String name, Class<?> type, String text) {
    for (Object constant : type.getEnumConstants()) {
      if (constant.toString().equalsIgnoreCase(text)) {
        return constant;
      }
    }
    throw new InvalidValueException(
        name,
        text,
        Arrays.stream(type.getEnumConstants())
            .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(" or ")));
  }
}
