package io.splitgym.checkpoint;

import io.splitgym.validation.Require;
import java.util.Arrays;
import java.util.List;

/** A tensor of a {@link Checkpoint}. Its numbers stay on disk until they are asked for. */
public final class CheckpointTensor {
  private final String origin;
  private final String name;
  private final TensorType type;
  private final List<Integer> shape;
  private final Rows rows;

  /** Where rows come from. */
  @FunctionalInterface
  interface Rows {
    void read(int first, int count, float[] into, int at);
  }

  private CheckpointTensor(
      String origin, String name, TensorType type, List<Integer> shape, Rows rows) {
    this.origin = origin;
    this.name = name;
    this.type = type;
    this.shape = List.copyOf(shape);
    this.rows = rows;
  }

  /**
   * @param origin the file, for messages
   * @param name in {@link Checkpoint}'s terms
   */
  static CheckpointTensor of(
      String origin, String name, MappedTensor stored, Arrangement arrangement) {
    return new CheckpointTensor(
        origin,
        name,
        stored.type(),
        arrangement.shape(stored),
        (first, count, into, at) -> arrangement.rows(stored, first, count, into, at));
  }

  /** A vector that no file holds as it is. */
  static CheckpointTensor of(String origin, String name, float[] values) {
    return new CheckpointTensor(
        origin,
        name,
        TensorType.F32,
        List.of(values.length),
        (first, count, into, at) -> System.arraycopy(values, first, into, at, count));
  }

  /** The name, in {@link Checkpoint}'s terms. */
  public String name() {
    return name;
  }

  /** How its numbers are stored. */
  public TensorType type() {
    return type;
  }

  /** Outermost dimension first, as in NumPy. */
  public List<Integer> shape() {
    return shape;
  }

  /** The number of elements. */
  public long elements() {
    return shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
  }

  /**
   * All numbers, widened to float32.
   *
   * @return row-major
   * @throws MalformedCheckpointException if there are too many for an array
   */
  public float[] floats() throws MalformedCheckpointException {
    if (elements() > Integer.MAX_VALUE - 8) {
      throw new MalformedCheckpointException(
          origin + ": tensor " + name + " has " + elements() + " elements, too many for an array");
    }
    float[] numbers = new float[(int) elements()];
    if (numbers.length > 0) {
      rows.read(0, shape.isEmpty() ? 1 : shape.get(0), numbers, 0);
    }
    return numbers;
  }

  /**
   * Some rows of a matrix, widened to float32; for tensors that are better not held whole.
   *
   * @param first the first row's number, from 0
   * @param count how many rows
   * @param into takes them from its begin, row-major
   */
  public void rows(int first, int count, float[] into) {
    Require.inRange("dimensions of " + name, shape.size(), 2, Integer.MAX_VALUE);
    Require.inRange("first row of " + name, first, 0, shape.get(0));
    Require.inRange("rows of " + name, count, 0, shape.get(0) - first);
    rows.read(first, count, into, 0);
  }

  void requireShape(int... expected) throws MalformedCheckpointException {
    List<Integer> wanted = Arrays.stream(expected).boxed().toList();
    if (!shape.equals(wanted)) {
      throw new MalformedCheckpointException(
          origin + ": tensor " + name + " has shape " + shape + ", must be " + wanted);
    }
  }
}
