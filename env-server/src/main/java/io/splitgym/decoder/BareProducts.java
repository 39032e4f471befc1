package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import io.splitgym.random.RandomStream;

/**
 * The matrix products of one batch of windows through all layers and the head, and nothing else: no
 * norms, no softmax, no rotation. What a forward pass could reach at best with this library.
 * Weights differ from layer to layer, as in a model, so that they don't stay in the cache.
 */
public final class BareProducts implements AutoCloseable {
  private final NDManager manager = TorchRuntime.newManager();
  private final TransformerShape shape;
  private final int windows;
  private final int length;
  private final NDArray narrow;
  private final NDArray wide;
  private final NDArray queries;
  private final NDArray keys;
  private final NDArray scores;
  private final NDArray mixed;
  private final int innerInputs;
  private final NDArray[] hiddenToQueries;
  private final NDArray[] mixedToHidden;
  private final NDArray[] hiddenToKeyValue;
  private final NDArray[] hiddenToInner;
  private final NDArray[] innerToHidden;
  private final NDArray head;
  private final NDArray headRows;

  /**
   * @param windows B
   * @param length T
   * @param headRows rows of logits computed at a time
   */
  public BareProducts(TransformerShape shape, int windows, int length, int headRows) {
    this.shape = shape;
    this.windows = windows;
    this.length = length;
    RandomStream random = RandomStream.ofSeed(1);
    int rows = windows * length;
    int hidden = shape.hidden();
    int attended = shape.heads() * shape.headSize();
    int keyValue = shape.keyValueHeads() * shape.headSize();
    int inner = shape.feedForward();
    int group = shape.heads() / shape.keyValueHeads() * length;
    this.innerInputs = shape.gated() ? 2 : 1;
    int pairs = windows * shape.keyValueHeads();
    this.narrow = random(random, new Shape(rows, hidden));
    this.wide = random(random, new Shape(rows, inner));
    this.queries = random(random, new Shape(pairs, group, shape.headSize()));
    this.keys = random(random, new Shape(pairs, length, shape.headSize()));
    this.scores = random(random, new Shape(pairs, group, length));
    this.mixed = random(random, new Shape(rows, attended));
    this.hiddenToQueries = weights(random, shape.layers(), attended, hidden);
    this.mixedToHidden = weights(random, shape.layers(), hidden, attended);
    this.hiddenToKeyValue = weights(random, 2 * shape.layers(), keyValue, hidden);
    this.hiddenToInner = weights(random, innerInputs * shape.layers(), inner, hidden);
    this.innerToHidden = weights(random, shape.layers(), hidden, inner);
    this.head = random(random, new Shape(shape.vocabulary(), hidden));
    this.headRows = random(random, new Shape(headRows, hidden));
  }

  /** Runs them all once. */
  public void run() {
    for (int layer = 0; layer < shape.layers(); layer++) {
      try (NDScope scope = new NDScope()) {
        scope.suppressNotUsedWarning();
        Linear.linear(narrow, hiddenToQueries[layer]);
        for (int i = 2 * layer; i < 2 * layer + 2; i++) {
          Linear.linear(narrow, hiddenToKeyValue[i]);
        }
        Linear.linear(mixed, mixedToHidden[layer]);
        for (int i = innerInputs * layer; i < innerInputs * (layer + 1); i++) {
          Linear.linear(narrow, hiddenToInner[i]);
        }
        Linear.linear(wide, innerToHidden[layer]);
        queries.matMul(keys.transpose(0, 2, 1));
        scores.matMul(keys);
      }
    }
    for (long done = 0; done < headRowsInAll(); done += headRows.getShape().get(0)) {
      try (NDScope scope = new NDScope()) {
        scope.suppressNotUsedWarning();
        Linear.linear(headRows, head);
      }
    }
  }

  /** Floating-point operations of one {@link #run}. */
  public double operations() {
    ForwardCost cost = new ForwardCost(shape, windows, length);
    return shape.layers() * cost.layer() + cost.head(headRowsInAll());
  }

  @Override
  public void close() {
    manager.close();
  }

  private long headRowsInAll() {
    long chunk = headRows.getShape().get(0);
    return ((long) windows * length + chunk - 1) / chunk * chunk;
  }

  private NDArray[] weights(RandomStream random, int count, int outputs, int inputs) {
    NDArray[] weights = new NDArray[count];
    for (int i = 0; i < count; i++) {
      weights[i] = random(random, new Shape(outputs, inputs));
    }
    return weights;
  }

  private NDArray random(RandomStream random, Shape shapeOf) {
    float[] values = new float[Math.toIntExact(shapeOf.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextUniform(-1, 1);
    }
    return manager.create(values, shapeOf);
  }
}
