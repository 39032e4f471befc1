package io.splitgym.server.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import io.splitgym.registry.MalformedRequestException;
import io.splitgym.registry.Values;
import io.splitgym.space.Box;
import io.splitgym.space.BoxElement;
import io.splitgym.space.Discrete;
import io.splitgym.space.DiscreteElement;
import io.splitgym.space.Space;
import io.splitgym.space.SpaceElement;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Observations and actions in bodies: a number for a discrete space, an array for a box. */
public final class Elements {
  private static final String ACTION = "action";

  private Elements() {}

  /**
   * The action that a step's body holds.
   *
   * @throws MalformedRequestException if it is missing, of the wrong type, or not alone
   * @throws InvalidValueException if the number is too large for any action
   */
  public static SpaceElement action(Map<String, @Nullable Object> body, Space space) {
    for (String name : body.keySet()) {
      if (!name.equals(ACTION)) {
        throw MalformedRequestException.unknownField(name, List.of(ACTION));
      }
    }
    if (!body.containsKey(ACTION)) {
      throw MalformedRequestException.missing(ACTION, allowed(space));
    }
    Object value = body.get(ACTION);
    if (space instanceof Box box) {
      return boxElement(value, box);
    }
    if (value instanceof List<?>) {
      // some space has such actions, though not this one
      throw new InvalidValueException(ACTION, value, allowed(space));
    }
    if (!(value instanceof Number)) {
      throw MalformedRequestException.wrongType(ACTION, value, allowed(space));
    }
    long index = Values.integer(ACTION, value);
    if (index != (int) index) {
      throw new InvalidValueException(ACTION, value, allowed(space));
    }
    return new DiscreteElement((int) index);
  }

  /**
   * The actions of a vector's step, one for each environment.
   *
   * @param value what the body holds under {@code name}
   * @throws MalformedRequestException if it isn't a list of integers
   * @throws InvalidValueException if one is too large for any action
   */
  public static int[] actions(String name, @Nullable Object value) {
    if (!(value instanceof List<?> list)) {
      throw MalformedRequestException.wrongType(
          name, value, "an array of integers, one for each environment");
    }
    int[] actions = new int[list.size()];
    if (list instanceof NumberList.Integers integers) {
      for (int i = 0; i < actions.length; i++) {
        actions[i] = action(name, i, integers.at(i));
      }
    } else {
      for (int i = 0; i < actions.length; i++) {
        actions[i] = action(name, i, Values.integer(name + "[" + i + "]", list.get(i)));
      }
    }
    return actions;
  }

  private static int action(String name, int place, long value) {
    if (value != (int) value) {
      throw new InvalidValueException(name + "[" + place + "]", value, "an action's number");
    }
    return (int) value;
  }

  /** Writes an element: an integer, or an array of float32. */
  static void write(JsonGenerator out, SpaceElement element) throws IOException {
    if (element instanceof BoxElement box) {
      float[] values = box.values();
      NumberArrays.write(out, values, values.length);
    } else {
      out.writeNumber(((DiscreteElement) element).index());
    }
  }

  private static BoxElement boxElement(@Nullable Object value, Box box) {
    if (value instanceof Number) {
      Values.integer(ACTION, value);
      throw new InvalidValueException(ACTION, value, allowed(box));
    }
    if (!(value instanceof List<?> list)) {
      throw MalformedRequestException.wrongType(ACTION, value, allowed(box));
    }
    if (list.size() != box.size() || list.get(0) instanceof List<?>) {
      throw new InvalidValueException(ACTION, value, allowed(box));
    }
    float[] values = new float[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Values.number(ACTION + "[" + i + "]", list.get(i));
    }
    return new BoxElement(values);
  }

  private static String allowed(Space space) {
    return space instanceof Box box
        ? "an array of " + box.size() + " numbers"
        : "an integer in [0, " + (((Discrete) space).n() - 1) + "]";
  }
}
