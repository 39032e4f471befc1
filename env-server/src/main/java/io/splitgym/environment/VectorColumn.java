package io.splitgym.environment;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One entry of a vector's infos: a value for each of its n environments, and a mask that tells
 * which have one. A number that isn't there is 0. The arrays are read, never written.
 */
@SuppressWarnings("ArrayRecordComponent") // shared, so that a step copies nothing
public sealed interface VectorColumn {
  /** [n]: whether environment i has a value. */
  boolean[] mask();

  /** Real numbers, [n] float64. */
  record Reals(double[] values, boolean[] mask) implements VectorColumn {}

  /** Integers, [n] int64. */
  record Integers(long[] values, boolean[] mask) implements VectorColumn {}

  /** Small integers in rows, [n, width] int8. */
  record SmallRows(byte[] values, int width, boolean[] mask) implements VectorColumn {}

  /** Observations, [n, width] float32; the row of an environment that has none is 0. */
  record Observations(float[] values, int width, boolean[] mask) implements VectorColumn {}

  /** The same real number for all that have one. */
  record SameReal(double value, boolean[] mask) implements VectorColumn {}

  /** The same integer for all that have one. */
  record SameInteger(long value, boolean[] mask) implements VectorColumn {}

  /** The same text for all that have one. */
  record Text(String value, boolean[] mask) implements VectorColumn {}

  /** Entries within an entry. */
  record Nested(Map<String, VectorColumn> columns, boolean[] mask) implements VectorColumn {
    public Nested {
      columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
    }
  }
}
