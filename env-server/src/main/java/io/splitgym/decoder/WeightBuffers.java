package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Native memory for weights, which is used again once its array is gone, since layers have the same
 * shapes. It is PyTorch's and not Java's, which could only be freed by the garbage collector and
 * would be bounded with the heap; what is left ends with the manager. Safe for use by several
 * threads.
 */
final class WeightBuffers {
  private final NDManager manager;
  private final Map<Long, Deque<NDArray>> free = new HashMap<>();

  WeightBuffers(NDManager manager) {
    this.manager = manager;
  }

  /**
   * Memory for so many float32, with whatever it held before. Where there is none of that size,
   * what is left of other sizes is freed first: it was another kind of layer's.
   *
   * @return [count]; the caller's until it gives it back
   */
  synchronized NDArray take(long count) {
    Deque<NDArray> left = free.get(count);
    if (left != null && !left.isEmpty()) {
      return left.pop();
    }
    clear();
    NDArray memory = manager.create(new Shape(count), DataType.FLOAT32);
    // it outlives the scope of the evaluation that happens to need it first
    NDScope.unregister(memory);
    return memory;
  }

  /** Takes back what no array uses any more. */
  synchronized void giveBack(NDArray memory) {
    free.computeIfAbsent(memory.size(), size -> new ArrayDeque<>()).push(memory);
  }

  /** Frees what nobody uses. */
  synchronized void clear() {
    free.values().forEach(left -> left.forEach(NDArray::close));
    free.clear();
  }
}
