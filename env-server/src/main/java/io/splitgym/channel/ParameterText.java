package io.splitgym.channel;

import io.splitgym.validation.InvalidValueException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a channel's parameters from text, naming the one that is wrong. */
final class ParameterText {
  private ParameterText() {}

  static double number(Map<String, String> parameters, String name) {
    @Nullable String text = parameters.get(name);
    try {
      if (text != null) {
        return Double.parseDouble(text);
      }
    } catch (NumberFormatException e) {
      throw new InvalidValueException(name, text, "a number");
    }
    throw new InvalidValueException(name, null, "a number");
  }

  static int integer(Map<String, String> parameters, String name) {
    @Nullable String text = parameters.get(name);
    try {
      if (text != null) {
        return Integer.parseInt(text);
      }
    } catch (NumberFormatException e) {
      throw new InvalidValueException(name, text, "an integer");
    }
    throw new InvalidValueException(name, null, "an integer");
  }

  /** Null if there is none of that name. */
  static @Nullable Integer integerIfGiven(Map<String, String> parameters, String name) {
    return parameters.containsKey(name) ? (Integer) integer(parameters, name) : null;
  }

  /** Null if there is none of that name. */
  static @Nullable Double numberIfGiven(Map<String, String> parameters, String name) {
    return parameters.containsKey(name) ? (Double) number(parameters, name) : null;
  }

  static boolean flag(Map<String, String> parameters, String name) {
    @Nullable String text = parameters.get(name);
    if (text != null && (text.equals("true") || text.equals("false"))) {
      return text.equals("true");
    }
    throw new InvalidValueException(name, text, "true or false");
  }
}
