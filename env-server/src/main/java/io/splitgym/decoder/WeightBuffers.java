package io.splitgym.decoder;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Native memory for weights, which is used again once its array is gone: layers have the same
 * shapes, and memory that is freed by the garbage collector alone is freed too late. Safe for use
 * by several threads.
 */
final class WeightBuffers {
  private final Map<Integer, Deque<ByteBuffer>> free = new HashMap<>();

  /** Memory for so many float32, with whatever it held before. */
  synchronized ByteBuffer take(int count) {
    int bytes = Math.multiplyExact(count, Float.BYTES);
    Deque<ByteBuffer> left = free.get(bytes);
    return left == null || left.isEmpty()
        ? ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder())
        : left.pop();
  }

  /** Lets go of what nobody uses. */
  synchronized void clear() {
    free.clear();
  }

  /** Takes back what no array uses any more. */
  synchronized void giveBack(ByteBuffer buffer) {
    buffer.clear();
    free.computeIfAbsent(buffer.capacity(), size -> new ArrayDeque<>()).push(buffer);
  }
}
