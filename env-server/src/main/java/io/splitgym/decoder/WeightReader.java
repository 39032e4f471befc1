package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.CheckpointTensor;
import io.splitgym.checkpoint.MalformedCheckpointException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings tensors from a checkpoint into native memory: as float32, and where they are multiplied
 * with as the arithmetic has them. Used by one thread.
 */
final class WeightReader {
  private static final int NUMBERS_AT_ONCE = 1 << 20;

  private final Checkpoint checkpoint;
  private final NDManager manager;
  private final WeightBuffers buffers;
  private final Arithmetic arithmetic;
  private final List<Held> held = new ArrayList<>();
  private final List<Projection> projections = new ArrayList<>();
  private final Set<String> names = new HashSet<>();

  /** An array and the memory in which it lies. */
  private record Held(NDArray array, ByteBuffer memory) {}

  WeightReader(
      Checkpoint checkpoint, NDManager manager, WeightBuffers buffers, Arithmetic arithmetic) {
    this.checkpoint = checkpoint;
    this.manager = manager;
    this.buffers = buffers;
    this.arithmetic = arithmetic;
  }

  /** Frees the projections and lets others use the memory; the arrays must be closed. */
  void free() {
    projections.forEach(Projection::close);
    projections.clear();
    held.forEach(one -> buffers.giveBack(one.memory));
    held.clear();
  }

  /** Closes the arrays first; for a layer that can't be read to its end. */
  void closeAll() {
    arrays().forEach(NDArray::close);
    free();
  }

  /** What the projections that were read are for. */
  Arithmetic arithmetic() {
    return arithmetic;
  }

  /** What of the projections so far isn't in {@link #arrays}. */
  long packedBytes() {
    return projections.stream().mapToLong(Projection::bytes).sum();
  }

  /** What was read so far. */
  List<NDArray> arrays() {
    return held.stream().map(Held::array).toList();
  }

  /** The names of the tensors read so far. */
  Set<String> names() {
    return Set.copyOf(names);
  }

  private NDArray matrix(String name, int rows, int columns) throws MalformedCheckpointException {
    names.add(name);
    CheckpointTensor tensor = checkpoint.tensor(name, rows, columns);
    ByteBuffer memory = buffers.take(Math.multiplyExact(rows, columns));
    // a large matrix isn't held twice
    int some = Math.max(1, NUMBERS_AT_ONCE / columns);
    float[] part = new float[Math.min(some, rows) * columns];
    FloatBuffer floats = memory.asFloatBuffer();
    for (int first = 0; first < rows; first += some) {
      int count = Math.min(some, rows - first);
      tensor.rows(first, count, part);
      floats.put(part, 0, count * columns);
    }
    return create(memory, new Shape(rows, columns));
  }

  NDArray vector(String name, int size) throws MalformedCheckpointException {
    return create(read(name, size), new Shape(size));
  }

  /** Name.weight, and name.bias of one that has a bias. */
  Projection projection(String name, int outputs, int inputs, boolean biased)
      throws MalformedCheckpointException {
    return kept(
        matrix(name + ".weight", outputs, inputs), biased ? vector(name + ".bias", outputs) : null);
  }

  /** A matrix without a bias, by its whole name. */
  Projection projectionOf(String name, int outputs, int inputs)
      throws MalformedCheckpointException {
    return kept(matrix(name, outputs, inputs), null);
  }

  /** The parts, one below the other in one tensor, of several projections of one input. */
  List<Projection> projections(String name, int inputs, boolean biased, int... outputs)
      throws MalformedCheckpointException {
    int rows = Arrays.stream(outputs).sum();
    float[] weight = read(name + ".weight", rows, inputs);
    float @Nullable [] bias = biased ? read(name + ".bias", rows) : null;
    List<Projection> parts = new ArrayList<>();
    int from = 0;
    for (int count : outputs) {
      int to = from + count;
      parts.add(
          kept(
              create(
                  Arrays.copyOfRange(weight, from * inputs, to * inputs), new Shape(count, inputs)),
              bias == null ? null : create(Arrays.copyOfRange(bias, from, to), new Shape(count))));
      from = to;
    }
    return parts;
  }

  /** The arrays go at once where the projection doesn't hold them, so that a model fits twice. */
  private Projection kept(NDArray weight, @Nullable NDArray bias) {
    Projection projection = arithmetic.projection(weight, bias);
    projections.add(projection);
    if (projection instanceof Projection.Packed) {
      forget(weight);
      if (bias != null) {
        forget(bias);
      }
    }
    return projection;
  }

  private void forget(NDArray array) {
    Held one = held.stream().filter(each -> each.array == array).findFirst().orElseThrow();
    held.remove(one);
    array.close();
    buffers.giveBack(one.memory);
  }

  boolean has(String name) {
    return checkpoint.tensors().containsKey(name);
  }

  float[] read(String name, int... shape) throws MalformedCheckpointException {
    names.add(name);
    return checkpoint.floats(name, shape);
  }

  private NDArray create(float[] values, Shape shape) {
    ByteBuffer memory = buffers.take(values.length);
    memory.asFloatBuffer().put(values);
    return create(memory, shape);
  }

  private NDArray create(ByteBuffer memory, Shape shape) {
    NDArray array = manager.create(memory, shape, DataType.FLOAT32);
    held.add(new Held(array, memory));
    return array;
  }
}
