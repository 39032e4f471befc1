package io.splitgym.space;

import java.util.Arrays;

/** An element of a one-dimensional {@link Box}: float32 values, in the box's order. */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out, compared by value
public record BoxElement(float... values) implements SpaceElement {
  public BoxElement {
    values = values.clone();
  }

  @Override
  public float[] values() {
    return values.clone();
  }

  /** The value at that place, without the copy that {@link #values} makes. */
  public float at(int place) {
    return values[place];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BoxElement box && Arrays.equals(values, box.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return Arrays.toString(values);
  }
}
