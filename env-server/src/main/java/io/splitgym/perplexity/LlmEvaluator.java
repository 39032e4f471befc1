package io.splitgym.perplexity;

import io.splitgym.channel.HiddenBlock;
import io.splitgym.channel.Transmission;
import io.splitgym.decoder.Decoder;
import io.splitgym.decoder.ForwardCost;
import io.splitgym.random.RandomStream;
import io.splitgym.split.EdgePart;
import io.splitgym.split.UserEquipmentPart;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Perplexity of a real LLM, split. The text's hidden states after a layer are computed once and
 * kept; an evaluation runs only the channel and the edge part. Batches of windows run side by side
 * on a pool of threads, each on one thread, so the results don't depend on the pool's size.
 */
public final class LlmEvaluator implements SplitEvaluator {
  /** Tokens that run through a layer together: enough for a full-speed matrix product. */
  public static final int BATCH_TOKENS = 1024;

  /** What a cache of hidden states may take in memory unless told otherwise: 1 GiB. */
  public static final long DEFAULT_CACHE_BYTES = 1L << 30;

  private static final String PRECISION = "f32";

  private final Runnable afterClose;
  private final Decoder decoder;
  private final EvaluationSetting setting;
  private final int[] text;
  private final List<Window> windows;
  private final List<WindowBatch> batches;
  private final List<Lock> batchLocks = new ArrayList<>();
  private final HiddenStateCache cache;
  private final ExecutorService pool;

  /**
   * @param model stays open; close it after this
   * @param window tokens in a window, at most the model's context
   * @param stride tokens from one window's start to the next
   * @param maxTokens how many of the text's first tokens are used, at most
   * @param threads how many batches run side by side
   * @param cacheBytes what hidden states may take in memory; the rest goes to a temporary file
   */
  public LlmEvaluator(
      LanguageModel model,
      Corpus corpus,
      int window,
      int stride,
      int maxTokens,
      int threads,
      long cacheBytes) {
    this(model, corpus, window, stride, maxTokens, threads, cacheBytes, () -> {});
  }

  private LlmEvaluator(
      LanguageModel model,
      Corpus corpus,
      int window,
      int stride,
      int maxTokens,
      int threads,
      long cacheBytes,
      Runnable afterClose) {
    this.afterClose = afterClose;
    this.decoder = model.decoder();
    Require.inRange("window", window, 2, decoder.shape().context());
    Require.inRange("stride", stride, 1, window);
    Require.inRange("max-tokens", maxTokens, 2, Integer.MAX_VALUE);
    Require.positive("threads", threads);
    int[] whole = model.tokenizer().encode(corpus.text());
    if (whole.length < 2) {
      throw new InvalidValueException("corpus", corpus.name(), "a text of at least 2 tokens");
    }
    this.text = java.util.Arrays.copyOf(whole, Math.min(whole.length, maxTokens));
    this.windows = Window.cut(text.length, window, stride);
    this.batches = WindowBatch.of(windows, BATCH_TOKENS);
    batches.forEach(batch -> batchLocks.add(new ReentrantLock()));
    this.setting =
        new EvaluationSetting(
            model.name(),
            model.hash(),
            decoder.shape().layers(),
            corpus.name(),
            corpus.hash(),
            window,
            stride,
            text.length,
            BATCH_TOKENS,
            PRECISION);
    this.cache = new HiddenStateCache(cacheBytes);
    this.pool =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread = new Thread(task, "llm-evaluator");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** As the constructor, but closing the evaluator closes the model too. */
  public static LlmEvaluator owning(
      LanguageModel model,
      Corpus corpus,
      int window,
      int stride,
      int maxTokens,
      int threads,
      long cacheBytes) {
    return new LlmEvaluator(
        model, corpus, window, stride, maxTokens, threads, cacheBytes, model::close);
  }

  @Override
  public EvaluationSetting setting() {
    return setting;
  }

  @Override
  public int layers() {
    return decoder.shape().layers();
  }

  @Override
  public WindowLosses evaluate(int split, Transmission transmission, long noiseSeed) {
    return evaluate(split, transmission, noiseSeed, this::statesAfter);
  }

  /**
   * The same result the slow way: every layer is run, as if no hidden state had been kept. What a
   * benchmark compares {@link #evaluate(int, Transmission, long)} with.
   */
  public WindowLosses evaluateFromTheStart(int split, Transmission transmission, long noiseSeed) {
    return evaluate(
        split,
        transmission,
        noiseSeed,
        (batch, layer) ->
            new UserEquipmentPart(decoder, layer).hiddenStates(batches.get(batch).tokens(text)));
  }

  /** Floating-point operations of matrix products when every layer and the head are run once. */
  public double forwardOperations() {
    double operations = 0;
    for (WindowBatch batch : batches) {
      int count = batch.windows().size();
      ForwardCost cost = new ForwardCost(decoder.shape(), count, batch.length());
      long rows = (long) count * (batch.length() - batch.firstScored());
      operations += decoder.shape().layers() * cost.layer() + cost.head(rows);
    }
    return operations;
  }

  private WindowLosses evaluate(
      int split, Transmission transmission, long noiseSeed, HiddenStates source) {
    RandomStream noise = RandomStream.ofSeed(noiseSeed);
    List<Future<List<Double>>> running = new ArrayList<>();
    for (int batch = 0; batch < batches.size(); batch++) {
      int number = batch;
      running.add(pool.submit(() -> evaluateBatch(number, split, transmission, noise, source)));
    }
    List<Double> sums = new ArrayList<>();
    for (Future<List<Double>> batch : running) {
      sums.addAll(await(batch));
    }
    return new WindowLosses(sums, windows.stream().map(Window::scoredTokens).toList());
  }

  /**
   * The root mean square of the hidden state after a layer, over all tokens and elements of the
   * text.
   */
  public double rootMeanSquare(int split) {
    double sum = 0;
    long count = 0;
    for (int batch = 0; batch < batches.size(); batch++) {
      for (float[] state : statesAfter(batch, split)) {
        for (float value : state) {
          sum += (double) value * value;
        }
        count += state.length;
      }
    }
    return Math.sqrt(sum / count);
  }

  @Override
  public void close() {
    pool.shutdownNow();
    try {
      // a batch in flight still reads the cache and the weights
      while (!pool.awaitTermination(1, TimeUnit.MINUTES)) {
        // it ends by itself: batches are bounded
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    cache.close();
    afterClose.run();
  }

  /** Where a batch's hidden states after a layer come from. */
  @FunctionalInterface
  private interface HiddenStates {
    /** The outer array is the caller's; the inner ones are not to be changed. */
    float[][] after(int batch, int split);
  }

  private List<Double> evaluateBatch(
      int number, int split, Transmission transmission, RandomStream noise, HiddenStates source) {
    EdgePart edge = new EdgePart(decoder, split);
    WindowBatch batch = batches.get(number);
    float[][] received = source.after(number, split);
    for (int i = 0; i < received.length; i++) {
      received[i] = received[i].clone();
      transmission.send(
          new HiddenBlock(received[i], batch.length(), decoder.shape().hidden()),
          noise.named("window", batch.first() + i));
    }
    List<Double> sums = new ArrayList<>();
    for (float[] losses : edge.losses(received, batch.tokens(text), batch.firstScored())) {
      double sum = 0;
      for (float loss : losses) {
        sum += loss;
      }
      sums.add(sum);
    }
    return sums;
  }

  /** The outer array is the caller's, the inner ones are the cache's. */
  private float[][] statesAfter(int number, int split) {
    WindowBatch batch = batches.get(number);
    Lock lock = batchLocks.get(number);
    lock.lock();
    try {
      OptionalInt from = cache.deepest(number, split);
      if (from.isPresent() && from.getAsInt() == split) {
        return cache.get(number, split).clone();
      }
      int start = from.orElse(0);
      float[][] states = start == 0 ? decoder.embed(batch.tokens(text)) : cache.get(number, start);
      float[][] after = decoder.run(states, batch.length(), start, split);
      cache.put(number, split, after);
      return after.clone();
    } finally {
      lock.unlock();
    }
  }

  private static <T> T await(Future<T> task) {
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while an evaluation was running", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException("an evaluation failed", e.getCause());
    }
  }
}
