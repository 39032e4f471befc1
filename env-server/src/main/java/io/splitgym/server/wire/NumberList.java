package io.splitgym.server.wire;

import java.util.AbstractList;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * A list of numbers or truth values as a body held it, without a box for each: what reads a
 * thousand actions asks for the arrays, all else sees a list.
 */
public abstract sealed class NumberList extends AbstractList<Object> implements RandomAccess {
  private final int from;
  private final int size;

  private NumberList(int from, int size) {
    this.from = from;
    this.size = size;
  }

  @Override
  public final int size() {
    return size;
  }

  /** Where the element of that place is. */
  final int index(int place) {
    return from + Objects.checkIndex(place, size);
  }

  /** Integers; its elements are {@link Long}. */
  public static final class Integers extends NumberList {
    private final long[] values;

    Integers(long[] values, int from, int size) {
      super(from, size);
      this.values = values;
    }

    /** The value at that place, without a box. */
    public long at(int place) {
      return values[index(place)];
    }

    @Override
    public Object get(int place) {
      return at(place);
    }
  }

  /** Other numbers; its elements are {@link Double}. */
  public static final class Reals extends NumberList {
    private final double[] values;

    Reals(double[] values, int from, int size) {
      super(from, size);
      this.values = values;
    }

    /** The value at that place, without a box. */
    public double at(int place) {
      return values[index(place)];
    }

    @Override
    public Object get(int place) {
      return at(place);
    }
  }
}
