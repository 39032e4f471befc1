package io.splitgym.extension;

import io.splitgym.validation.InvalidValueException;
import java.util.List;

/** A parameter of an {@link Extension}: its type, its default and what is allowed. */
public sealed interface Parameter {
  /** The name in requests. */
  String name();

  /** One sentence for people. */
  String meaning();

  /** {@code number}, {@code integer}, {@code boolean} or {@code string}. */
  String type();

  /** The default, of its type. */
  Object absent();

  /** What is accepted, phrased to follow "must be". */
  String allowed();

  /**
   * A value as it is used: a Double, an Integer, a Boolean or a String.
   *
   * @param path what the value is called in a refusal
   * @param given a JSON value; a text isn't a number, whatever it says
   * @throws InvalidValueException if it isn't allowed
   */
  Object value(String path, Object given);

  /**
   * The same of a text, as people write it on a command line and files keep it.
   *
   * @throws InvalidValueException if it isn't allowed
   */
  default Object valueOfText(String path, String text) {
    Object json = text;
    try {
      json = type().equals("string") ? text : Double.valueOf(text);
    } catch (NumberFormatException e) {
      if (text.equals("true") || text.equals("false")) {
        json = Boolean.valueOf(text);
      }
    }
    return value(path, json);
  }

  /** A number of either kind. */
  record Number(String name, double absentNumber, double low, double high, String meaning)
      implements Parameter {
    public Number {
      Parameter.requireDefault(name, absentNumber >= low && absentNumber <= high);
    }

    @Override
    public String type() {
      return "number";
    }

    @Override
    public Object absent() {
      return absentNumber;
    }

    @Override
    public String allowed() {
      return "in [" + low + ", " + high + "]";
    }

    @Override
    public Object value(String path, Object given) {
      double number = Parameter.number(path, given, allowed());
      if (!(number >= low && number <= high)) {
        throw new InvalidValueException(path, given, allowed());
      }
      return number;
    }
  }

  /** An integer. */
  record Whole(String name, int absentNumber, int low, int high, String meaning)
      implements Parameter {
    public Whole {
      Parameter.requireDefault(name, absentNumber >= low && absentNumber <= high);
    }

    @Override
    public String type() {
      return "integer";
    }

    @Override
    public Object absent() {
      return absentNumber;
    }

    @Override
    public String allowed() {
      return "an integer in [" + low + ", " + high + "]";
    }

    @Override
    public Object value(String path, Object given) {
      double number = Parameter.number(path, given, allowed());
      if (number != Math.rint(number) || number < low || number > high) {
        throw new InvalidValueException(path, given, allowed());
      }
      return (int) number;
    }
  }

  /** Yes or no. */
  record Flag(String name, boolean absentFlag, String meaning) implements Parameter {
    @Override
    public String type() {
      return "boolean";
    }

    @Override
    public Object absent() {
      return absentFlag;
    }

    @Override
    public String allowed() {
      return "true or false";
    }

    @Override
    public Object value(String path, Object given) {
      if (given instanceof Boolean flag) {
        return flag;
      }
      throw new InvalidValueException(path, Parameter.told(given), allowed());
    }
  }

  /**
   * One of several texts.
   *
   * @param choices the first is the default
   */
  record Choice(String name, List<String> choices, String meaning) implements Parameter {
    public Choice {
      choices = List.copyOf(choices);
      Parameter.requireDefault(name, !choices.isEmpty());
    }

    @Override
    public String type() {
      return "string";
    }

    @Override
    public Object absent() {
      return choices.get(0);
    }

    @Override
    public String allowed() {
      return "one of " + String.join(", ", choices);
    }

    @Override
    public Object value(String path, Object given) {
      if (given instanceof String text && choices.contains(text)) {
        return text;
      }
      throw new InvalidValueException(path, given, allowed());
    }
  }

  private static double number(String path, Object given, String allowed) {
    if (given instanceof java.lang.Number number) {
      return number.doubleValue();
    }
    throw new InvalidValueException(path, told(given), allowed);
  }

  /** A text in quotation marks, so that "3" isn't taken for 3. */
  private static Object told(Object given) {
    return given instanceof String text ? '"' + text + '"' : given;
  }

  private static void requireDefault(String name, boolean allowed) {
    if (!allowed) {
      throw new IllegalArgumentException("the default of " + name + " isn't allowed");
    }
  }
}
