package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.CheckpointTensor;
import io.splitgym.checkpoint.MalformedCheckpointException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings tensors from a checkpoint into native memory: as float32, and where they are multiplied
 * with as the arithmetic has them; it holds what it read until that is freed. Used by one thread at
 * a time.
 */
final class WeightReader {
  /** 256 KiB, small enough for the part of the heap that is tidied up often. */
  private static final int NUMBERS_AT_ONCE = 1 << 16;

  private final Checkpoint checkpoint;
  private final WeightBuffers buffers;
  private final Arithmetic arithmetic;
  private final List<Held> held = new ArrayList<>();
  private final List<Projection> projections = new ArrayList<>();
  private final Set<String> names = new HashSet<>();

  /** An array and the memory that it shows. */
  private record Held(NDArray array, NDArray memory) {}

  WeightReader(Checkpoint checkpoint, WeightBuffers buffers, Arithmetic arithmetic) {
    this.checkpoint = checkpoint;
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
    NDArray array = shown(buffers.take((long) rows * columns), new Shape(rows, columns));
    // a large matrix isn't held twice
    int some = Math.max(1, NUMBERS_AT_ONCE / columns);
    float[] part = new float[Math.min(some, rows) * columns];
    for (int first = 0; first < rows; first += some) {
      int count = Math.min(some, rows - first);
      tensor.rows(first, count, part);
      write(part, count, array, first);
    }
    return array;
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
    NDArray array = shown(buffers.take(values.length), shape);
    write(values, (int) shape.get(0), array, 0);
    return array;
  }

  private NDArray shown(NDArray memory, Shape shape) {
    NDArray array = memory.reshape(shape);
    held.add(new Held(array, memory));
    return array;
  }

  /** By way of a view, for a buffer of Java's can't be larger than 2 GiB. */
  private static void write(float[] values, int rows, NDArray array, long first) {
    try (NDArray view = array.get(new NDIndex("{}:{}", first, first + rows))) {
      FloatBuffer target = view.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
      target.put(values, 0, target.capacity());
    }
  }
}
