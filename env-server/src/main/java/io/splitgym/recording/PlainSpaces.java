package io.splitgym.recording;

import io.splitgym.space.Box;
import io.splitgym.space.BoxElement;
import io.splitgym.space.Discrete;
import io.splitgym.space.DiscreteElement;
import io.splitgym.space.Space;
import io.splitgym.space.SpaceElement;
import java.util.ArrayList;
import java.util.List;

/** Spaces and their elements as plain values, and back. */
public final class PlainSpaces {
  private PlainSpaces() {}

  /** As {@link #space} reads it. */
  public static Object plain(Space space) {
    return space instanceof Box box
        ? List.of(box.names(), box.low(), box.high())
        : (Object) ((Discrete) space).n();
  }

  /** The space that {@link #plain(Space)} wrote. */
  public static Space space(Object plain) {
    if (plain instanceof Integer n) {
      return new Discrete(n);
    }
    List<?> fields = (List<?>) plain;
    List<String> names = new ArrayList<>();
    ((List<?>) fields.get(0)).forEach(name -> names.add((String) name));
    return new Box(names, (float[]) fields.get(1), (float[]) fields.get(2));
  }

  /** As {@link #element} reads it: a float array, or an integer. */
  public static Object plain(SpaceElement element) {
    return element instanceof BoxElement box
        ? box.values()
        : (Object) ((DiscreteElement) element).index();
  }

  /** The element that {@link #plain(SpaceElement)} wrote. */
  public static SpaceElement element(Object plain) {
    return plain instanceof float[] values
        ? new BoxElement(values)
        : new DiscreteElement((Integer) plain);
  }
}
