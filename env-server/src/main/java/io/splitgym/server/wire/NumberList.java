package io.splitgym.server.wire;

import java.util.AbstractList;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * A list of numbers or truth values as a body held it, without a box for each: what reads a
 * thousand actions asks for the arrays, all else sees a list.
 */
public abstract sealed class NumberList extends AbstractList<Object> implements RandomAccess {
  private NumberList() {}

  /** Integers; its elements are {@link Long}. */
  public static final class Integers extends NumberList {
    private final long[] values;
    private final int from;
    private final int size;

    Integers(long[] values, int from, int size) {
      this.values = values;
      this.from = from;
      this.size = size;
    }

    /** The value at that place, without a box. */
    public long at(int place) {
      return values[from + place];
    }

    @Override
    public Object get(int place) {
      return values[from + Objects.checkIndex(place, size)];
    }

    @Override
    public int size() {
      return size;
    }
  }

  /** Other numbers; its elements are {@link Double}. */
  public static final class Reals extends NumberList {
    private final double[] values;
    private final int from;
    private final int size;

    Reals(double[] values, int from, int size) {
      this.values = values;
      this.from = from;
      this.size = size;
    }

    /** The value at that place, without a box. */
    public double at(int place) {
      return values[from + place];
    }

    @Override
    public Object get(int place) {
      return values[from + Objects.checkIndex(place, size)];
    }

    @Override
    public int size() {
      return size;
    }
  }
}
