package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.validation.Require;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A decoder of any known {@link Family}, layer by layer. Shape letters: B windows in a batch, T
 * tokens in a window, D hidden size, V vocabulary. Safe for use by several threads, each with
 * arrays of its own.
 */
public final class Decoder implements AutoCloseable {
  /** Rows of logits held at a time: 128 x V float32 stay within a large cache. */
  public static final int HEAD_ROWS = 128;

  /** Room for windows of 256, 512, 1,024 and 2,048 tokens of nine heads at once. */
  private static final long IDLE_TABLE_BYTES = 80L << 20;

  private static final Runnable ALWAYS_ON = () -> {};

  private final TransformerShape shape;
  private final NDManager manager;
  private final EmbeddingTable embedding;
  private final LayersAndHead parts;
  private final Norm outputNorm;
  private final Arithmetic arithmetic;
  private final SharedArrays<TablesKey, AttentionTables> tables;

  /** What attention tables depend on. */
  private record TablesKey(Positions positions, int length) {}

  private Decoder(
      TransformerShape shape,
      NDManager manager,
      EmbeddingTable embedding,
      LayersAndHead parts,
      Norm outputNorm,
      Arithmetic arithmetic) {
    this.shape = shape;
    this.manager = manager;
    this.embedding = embedding;
    this.parts = parts;
    this.outputNorm = outputNorm;
    this.arithmetic = arithmetic;
    this.tables =
        new SharedArrays<>(
            key -> AttentionTables.of(manager, shape, key.positions(), 0, key.length()),
            IDLE_TABLE_BYTES);
  }

  /** As {@link #load(Checkpoint, Precision)}, in float32. */
  public static Decoder load(Checkpoint checkpoint) throws IOException {
    return load(checkpoint, Precision.F32);
  }

  /**
   * Loads all weights. Where they would take more than half of the machine's memory, layers don't
   * stay but are read anew each time they run.
   *
   * @throws io.splitgym.checkpoint.UnsupportedCheckpointException if it isn't of a known family
   * @throws io.splitgym.checkpoint.MalformedCheckpointException if a number or a tensor is missing,
   *     out of range or misshapen
   */
  public static Decoder load(Checkpoint checkpoint, Precision precision) throws IOException {
    return load(checkpoint, precision, MachineMemory.layerBytes(checkpoint, precision));
  }

  /**
   * As {@link #load(Checkpoint, Precision)}, but layers beyond a bound are read anew each time they
   * run, so that a model may be larger than the memory.
   *
   * @param layerBytes what the weights of layers may take while no layer runs; with 0 one layer at
   *     a time is in memory, however many threads run: they wait for each other and share it
   */
  public static Decoder load(Checkpoint checkpoint, Precision precision, long layerBytes)
      throws IOException {
    Blueprint blueprint = Blueprint.of(checkpoint);
    TransformerShape shape = blueprint.shape();
    Family family = blueprint.family();
    Arithmetic arithmetic = Arithmetic.of(precision);
    NDManager manager = TorchRuntime.newManager();
    WeightBuffers buffers = new WeightBuffers(manager);
    LayersAndHead parts = new LayersAndHead(checkpoint, blueprint, arithmetic, buffers, layerBytes);
    WeightReader weights = new WeightReader(checkpoint, buffers, arithmetic);
    try {
      for (int layer = 0; layer < shape.layers(); layer++) {
        // a damaged layer shows now, also where it doesn't stay
        parts.layer(layer).close();
      }
      parts.head().close();
      EmbeddingTable embedding =
          new EmbeddingTable(
              checkpoint.tensor(Checkpoint.EMBEDDING, shape.vocabulary(), shape.hidden()),
              family.embeddingScale(shape),
              family.learnedPositions(shape, weights));
      Norm outputNorm = family.norm(blueprint, weights, "output_norm", shape.hidden());
      Set<String> read = new HashSet<>(parts.read());
      read.addAll(weights.names());
      read.add(Checkpoint.EMBEDDING);
      blueprint.requireAllRead(read);
      // what was widened on its way to another precision
      buffers.clear();
      return new Decoder(shape, manager, embedding, parts, outputNorm, arithmetic);
    } catch (UncheckedIOException e) {
      free(parts, weights, arithmetic, manager);
      throw e.getCause();
    } catch (IOException | RuntimeException e) {
      free(parts, weights, arithmetic, manager);
      throw e;
    }
  }

  private static void free(
      LayersAndHead parts, WeightReader weights, Arithmetic arithmetic, NDManager manager) {
    parts.close();
    weights.free();
    arithmetic.close();
    manager.close();
  }

  public TransformerShape shape() {
    return shape;
  }

  /** In what numbers it multiplies. */
  public Precision precision() {
    return arithmetic.precision();
  }

  /**
   * The longest window whose attention fits into half of this machine's memory; the weights have
   * the other. A mask and scores of all pairs of tokens grow with the window's square.
   *
   * @param sideBySide how many such windows run at once
   * @return tokens, at most the context
   */
  public int longestWindow(int sideBySide) {
    return MachineMemory.longestWindow(shape, sideBySide, MachineMemory.bytes());
  }

  /**
   * The hidden state before the first layer.
   *
   * @param tokens [B][T] ids in [0, V)
   * @return B arrays of T * D float32, row-major
   */
  public float[][] embed(int[][] tokens) {
    checkedTokens(tokens);
    float[][] states = new float[tokens.length][];
    for (int window = 0; window < tokens.length; window++) {
      states[window] = embedding.of(tokens[window], 0);
    }
    return states;
  }

  /**
   * The hidden state before the first layer of tokens that go on with a text.
   *
   * @param tokens N ids in [0, V)
   * @param first how many tokens stand before them; with those at most the context
   * @return N * D float32, row-major
   */
  public float[] embed(int[] tokens, int first) {
    checkedTokens(new int[][] {tokens});
    Require.inRange("first", first, 0, shape.context() - tokens.length);
    return embedding.of(tokens, first);
  }

  /**
   * Runs layers {@code from + 1} to {@code to}, counted from 1, so that running (0, p) and then (p,
   * L) is running them all.
   *
   * @param hidden B arrays of T * D float32, the state after layer {@code from}
   * @param length T
   * @return the same shape, the state after layer {@code to}
   */
  public float[][] run(float[][] hidden, int length, int from, int to) {
    return run(hidden, length, from, to, ALWAYS_ON);
  }

  /**
   * As {@link #run(float[][], int, int, int)}, but it can be ended early.
   *
   * @param beforeEach called before each layer; what it throws ends the run
   */
  public float[][] run(float[][] hidden, int length, int from, int to, Runnable beforeEach) {
    checkedHidden(hidden, length, from, to);
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray state = runLayers(join(hidden), hidden.length, length, from, to, beforeEach);
      return split(state.toFloatArray(), hidden.length);
    }
  }

  /**
   * Runs layers {@code from + 1} to L and the head, and scores tokens.
   *
   * @param hidden B arrays of T * D float32, the state after layer {@code from}
   * @param tokens [B][T] ids in [0, V)
   * @param firstScored the first place in each window that is scored, at least 1
   * @return [B][T - firstScored] negative log-likelihoods in nats of the tokens from that place on
   */
  public float[][] losses(float[][] hidden, int[][] tokens, int from, int firstScored) {
    return losses(hidden, tokens, from, firstScored, ALWAYS_ON);
  }

  /**
   * As {@link #losses(float[][], int[][], int, int)}, but it can be ended early.
   *
   * @param beforeEach called before each layer and each {@link #HEAD_ROWS} rows of the head; what
   *     it throws ends the run
   */
  public float[][] losses(
      float[][] hidden, int[][] tokens, int from, int firstScored, Runnable beforeEach) {
    int length = checkedTokens(tokens);
    checkedHidden(hidden, length, from, shape.layers());
    Require.inRange("firstScored", firstScored, 1, length - 1);
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray state =
          runLayers(join(hidden), tokens.length, length, from, shape.layers(), beforeEach);
      int scored = length - firstScored;
      NDArray rows =
          state
              .reshape(tokens.length, length, shape.hidden())
              .get(new NDIndex(":, {}:{}", firstScored - 1, length - 1))
              .reshape(-1, shape.hidden());
      long[] targets = new long[tokens.length * scored];
      for (int i = 0; i < targets.length; i++) {
        targets[i] = tokens[i / scored][firstScored + i % scored];
      }
      return split(negativeLogLikelihoods(rows, targets, beforeEach), tokens.length);
    }
  }

  /**
   * Runs layers {@code from + 1} to L and the head.
   *
   * @param hidden T * D float32, the state after layer {@code from}
   * @param length T
   * @return [T][V] logits
   */
  public float[][] logits(float[] hidden, int length, int from) {
    float[][] batch = {hidden};
    checkedHidden(batch, length, from, shape.layers());
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray state = runLayers(join(batch), 1, length, from, shape.layers(), ALWAYS_ON);
      try (SharedArrays.Use<String, Head> head = parts.head()) {
        return split(head.item().apply(outputNorm.apply(state)).toFloatArray(), length);
      }
    }
  }

  /**
   * Layers {@code from + 1} to {@code to} over a text that grows.
   *
   * @param capacity how many tokens it may have, at most the context
   */
  public GrowingText growing(int from, int to, int capacity) {
    Require.inRange("from", from, 0, shape.layers());
    Require.inRange("to", to, from, shape.layers());
    Require.inRange("capacity", capacity, 1, shape.context());
    return new GrowingText(this, from, to, capacity);
  }

  /**
   * @param hidden N * D, the state after layer {@code from} of the tokens from place {@code first}
   * @param pasts of those layers
   */
  float[] grow(float[] hidden, List<Past.Growing> pasts, int from, int to, int first, int count) {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray state = manager.create(hidden, new Shape(count, shape.hidden()));
      // no other tokens have these places, so they go with this scope
      Map<Positions, AttentionTables> here = new HashMap<>();
      for (int number = from; number < to; number++) {
        try (SharedArrays.Use<Integer, Layer> used = parts.layer(number)) {
          AttentionTables table =
              here.computeIfAbsent(
                  used.item().attention().positions(),
                  positions -> AttentionTables.of(manager, shape, positions, first, count));
          state = used.item().apply(state, table, 1, count, pasts.get(number - from));
        }
      }
      return state.toFloatArray();
    }
  }

  @Override
  public void close() {
    tables.close();
    parts.close();
    arithmetic.close();
    manager.close();
  }

  private NDArray runLayers(
      NDArray start, int batch, int length, int from, int to, Runnable beforeEach) {
    NDArray state = start;
    for (int number = from; number < to; number++) {
      beforeEach.run();
      int layer = number;
      NDArray before = state;
      state = Alone.result(() -> runLayer(before, batch, length, layer));
      before.close();
    }
    return state;
  }

  private NDArray runLayer(NDArray state, int batch, int length, int number) {
    try (SharedArrays.Use<Integer, Layer> layer = parts.layer(number);
        SharedArrays.Use<TablesKey, AttentionTables> table =
            tables.use(new TablesKey(layer.item().attention().positions(), length))) {
      return layer.item().apply(state, table.item(), batch, length, Past.NONE);
    }
  }

  private float[] negativeLogLikelihoods(NDArray rows, long[] targets, Runnable beforeEach) {
    float[] losses = new float[targets.length];
    NDArray normed = outputNorm.apply(rows);
    try (SharedArrays.Use<String, Head> head = parts.head()) {
      for (int from = 0; from < targets.length; from += HEAD_ROWS) {
        beforeEach.run();
        int to = Math.min(from + HEAD_ROWS, targets.length);
        long[] some = Arrays.copyOfRange(targets, from, to);
        float[] chosen = negativeLogLikelihoods(head.item(), normed, from, some);
        System.arraycopy(chosen, 0, losses, from, some.length);
      }
    }
    return losses;
  }

  /** Of some rows, from that one on. */
  private float[] negativeLogLikelihoods(Head head, NDArray normed, int from, long[] targets) {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray rows = normed.get(new NDIndex("{}:{}", from, from + targets.length));
      NDArray target = manager.create(targets).expandDims(1);
      return head.apply(rows).logSoftmax(-1).gather(target, 1).neg().toFloatArray();
    }
  }

  private NDArray join(float[][] hidden) {
    float[] all = new float[hidden.length * hidden[0].length];
    for (int b = 0; b < hidden.length; b++) {
      System.arraycopy(hidden[b], 0, all, b * hidden[0].length, hidden[0].length);
    }
    return manager.create(all, new Shape((long) all.length / shape.hidden(), shape.hidden()));
  }

  private static float[][] split(float[] all, int parts) {
    int length = all.length / parts;
    float[][] split = new float[parts][];
    for (int b = 0; b < parts; b++) {
      split[b] = Arrays.copyOfRange(all, b * length, (b + 1) * length);
    }
    return split;
  }

  private int checkedTokens(int[][] tokens) {
    Require.positive("windows", tokens.length);
    int length = tokens[0].length;
    Require.inRange("window", length, 1, shape.context());
    for (int[] window : tokens) {
      Require.inRange("tokens in a window of the batch", window.length, length, length);
      for (int token : window) {
        Require.inRange("token", token, 0, shape.vocabulary() - 1);
      }
    }
    return length;
  }

  private void checkedHidden(float[][] hidden, int length, int from, int to) {
    Require.inRange("from", from, 0, shape.layers());
    Require.inRange("to", to, from, shape.layers());
    Require.positive("windows", hidden.length);
    Require.inRange("window", length, 1, shape.context());
    for (float[] window : hidden) {
      Require.inRange(
          "values in a window", window.length, length * shape.hidden(), length * shape.hidden());
    }
  }
}
