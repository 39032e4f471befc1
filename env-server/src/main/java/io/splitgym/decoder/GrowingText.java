package io.splitgym.decoder;

import io.splitgym.validation.Require;
import java.util.ArrayList;
import java.util.List;

/**
 * Some layers over one text that grows, for generation: keys and values of what they have seen
 * stay, so that a new token costs one token. Its numbers are those of {@link Decoder#run(float[][],
 * int, int, int)} but for rounding, as products of other shapes sum in another order. Not safe for
 * use by several threads.
 */
public final class GrowingText implements AutoCloseable {
  private final Decoder decoder;
  private final int from;
  private final int to;
  private final int capacity;
  private final List<Past.Growing> pasts = new ArrayList<>();
  private int length;

  GrowingText(Decoder decoder, int from, int to, int capacity) {
    this.decoder = decoder;
    this.from = from;
    this.to = to;
    this.capacity = capacity;
    for (int layer = from; layer < to; layer++) {
      pasts.add(new Past.Growing());
    }
  }

  /** How many tokens it has seen. */
  public int length() {
    return length;
  }

  /**
   * Runs the layers over the text's next tokens.
   *
   * @param hidden N * D float32, row-major: their state after layer {@code from}
   * @param count N; with those before at most the capacity
   * @return the same shape: their state after layer {@code to}
   */
  public float[] run(float[] hidden, int count) {
    Require.inRange("count", count, 1, capacity - length);
    int hiddenSize = decoder.shape().hidden();
    Require.inRange("values", hidden.length, count * hiddenSize, count * hiddenSize);
    float[] after = decoder.grow(hidden, pasts, from, to, length, count);
    length += count;
    return after;
  }

  @Override
  public void close() {
    pasts.forEach(Past.Growing::close);
  }
}
