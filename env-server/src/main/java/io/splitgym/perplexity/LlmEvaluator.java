package io.splitgym.perplexity;

import io.splitgym.channel.HiddenBlock;
import io.splitgym.channel.Transmission;
import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.decoder.Decoder;
import io.splitgym.decoder.ForwardCost;
import io.splitgym.random.RandomStream;
import io.splitgym.split.EdgePart;
import io.splitgym.split.UserEquipmentPart;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Perplexity of a real LLM, split. The text's hidden states after a layer are computed once and
 * kept; an evaluation runs only the channel and the edge part. Batches of windows run side by side
 * on a pool of threads, each on one thread, so the results don't depend on the pool's size. An
 * evaluation that is cancelled ends within a layer, and leaves the kept states as they were.
 */
public final class LlmEvaluator implements SplitEvaluator {
  /** Tokens that run through a layer together: enough for a full-speed matrix product. */
  public static final int BATCH_TOKENS = 1024;

  private final Decoder decoder;
  private final EvaluationSetting setting;
  private final int[] text;
  private final List<Window> windows;
  private final List<WindowBatch> batches;
  private final List<Lock> batchLocks = new ArrayList<>();
  private final HiddenStateCache cache;
  private final ExecutorService pool;
  private volatile boolean closed;

  /**
   * @param model stays open; close it after this
   * @param window tokens in a window, at most the model's context and as many as the machine has
   *     memory for
   * @param stride tokens of the text from one window's start to the next, at most the model's
   *     {@link LanguageModel#room room} in a window
   * @param maxTokens how many of the text's first tokens are used, at most
   * @param threads how many batches run side by side
   * @param kept what kept hidden states may take
   */
  public LlmEvaluator(
      LanguageModel model,
      Corpus corpus,
      int window,
      int stride,
      int maxTokens,
      int threads,
      HiddenStateBounds kept) {
    this.decoder = model.decoder();
    Require.inRange("window", window, 2, decoder.shape().context());
    Require.inRange("stride", stride, 1, model.room(window));
    Require.inRange("max-tokens", maxTokens, 2, Integer.MAX_VALUE);
    Require.positive("threads", threads);
    int[] whole = model.tokenizer().encode(corpus.text());
    if (whole.length < 2) {
      throw new InvalidValueException("corpus", corpus.name(), "a text of at least 2 tokens");
    }
    this.text = Arrays.copyOf(whole, Math.min(whole.length, maxTokens));
    this.windows = Window.cut(model.tokenizer().beginning(), text.length, window, stride);
    this.batches = WindowBatch.of(windows, BATCH_TOKENS);
    requireMemory(decoder, window, batches.get(0).length(), Math.min(threads, batches.size()));
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
            decoder.precision().text());
    long mostTokens =
        batches.stream()
            .mapToLong(batch -> (long) batch.windows().size() * batch.length())
            .max()
            .orElseThrow();
    this.cache = new HiddenStateCache(kept, mostTokens * decoder.shape().hidden());
    this.pool =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread = new Thread(task, "llm-evaluator");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Refuses windows in whose midst the machine's memory would end. */
  private static void requireMemory(Decoder decoder, int window, int length, int sideBySide) {
    int most = Math.max(BATCH_TOKENS, decoder.longestWindow(sideBySide));
    if (length > most) {
      throw new InvalidValueException(
          "window",
          window,
          "in [2, "
              + most
              + "]: the attention of longer ones, "
              + sideBySide
              + " at once, would take more than half of this machine's memory");
    }
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
        (batch, layer, goOn) ->
            new UserEquipmentPart(decoder, layer)
                .hiddenStates(batches.get(batch).tokens(text), goOn));
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

  /** The text as it runs, batch by batch. */
  public List<ScoredWindows> windows() {
    return batches.stream()
        .map(batch -> new ScoredWindows(batch.tokens(text), batch.firstScored()))
        .toList();
  }

  /** What its kept hidden states take now, in memory and on disk. */
  public long keptBytes() {
    return cache.memoryBytes() + cache.diskBytes();
  }

  private WindowLosses evaluate(
      int split, Transmission transmission, long noiseSeed, HiddenStates source) {
    RandomStream noise = RandomStream.ofSeed(noiseSeed);
    AtomicBoolean givenUp = new AtomicBoolean();
    Runnable goOn = () -> goOnUnless(givenUp);
    List<Future<BatchLosses>> running = new ArrayList<>();
    try {
      for (int batch = 0; batch < batches.size(); batch++) {
        int number = batch;
        running.add(
            pool.submit(() -> evaluateBatch(number, split, transmission, noise, source, goOn)));
      }
      List<Double> sums = new ArrayList<>();
      long bits = 0;
      for (Future<BatchLosses> batch : running) {
        BatchLosses losses = await(batch);
        sums.addAll(losses.sums());
        bits += losses.bits();
      }
      return new WindowLosses(
          sums,
          windows.stream().map(Window::scoredTokens).toList(),
          transmission instanceof Transmission.Clean
              ? OptionalDouble.empty()
              : OptionalDouble.of((double) bits / windows.stream().mapToInt(Window::length).sum()));
    } catch (RejectedExecutionException e) {
      throw new CancellationException("the evaluator is closed");
    } finally {
      // without a result nobody waits for the other batches any more
      givenUp.set(true);
      running.forEach(batch -> batch.cancel(false));
    }
  }

  /** Between layers: ends a batch whose evaluation was given up. */
  private void goOnUnless(AtomicBoolean givenUp) {
    if (givenUp.get() || closed) {
      throw new CancellationException("the evaluation was cancelled");
    }
  }

  /**
   * The root mean square of the hidden state after a layer, over all tokens and elements of the
   * text.
   */
  public double rootMeanSquare(int split) {
    double sum = 0;
    long count = 0;
    for (int batch = 0; batch < batches.size(); batch++) {
      for (float[] state : statesAfter(batch, split, () -> {})) {
        for (float value : state) {
          sum += (double) value * value;
        }
        count += state.length;
      }
    }
    return Math.sqrt(sum / count);
  }

  /** Ends the evaluations that are running, as if each had been cancelled. */
  @Override
  public void close() {
    closed = true;
    pool.shutdown();
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      try {
        // a batch in flight still reads the weights, for one more layer at most
        ended = pool.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    cache.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Where a batch's hidden states after a layer come from. */
  @FunctionalInterface
  private interface HiddenStates {
    /** The outer array is the caller's; the inner ones are not to be changed. */
    float[][] after(int batch, int split, Runnable goOn);
  }

  /**
   * What came of a batch.
   *
   * @param sums of each window's scored tokens, in nats
   * @param bits that its hidden states took
   */
  private record BatchLosses(List<Double> sums, long bits) {}

  private BatchLosses evaluateBatch(
      int number,
      int split,
      Transmission transmission,
      RandomStream noise,
      HiddenStates source,
      Runnable goOn) {
    goOn.run();
    EdgePart edge = new EdgePart(decoder, split);
    WindowBatch batch = batches.get(number);
    float[][] received = source.after(number, split, goOn);
    long bits = 0;
    for (int i = 0; i < received.length; i++) {
      received[i] = received[i].clone();
      bits +=
          transmission.send(
              new HiddenBlock(received[i], batch.length(), decoder.shape().hidden()),
              noise.named("window", batch.first() + i));
    }
    List<Double> sums = new ArrayList<>();
    for (float[] losses : edge.losses(received, batch.tokens(text), batch.firstScored(), goOn)) {
      double sum = 0;
      for (float loss : losses) {
        sum += loss;
      }
      if (!Double.isFinite(sum)) {
        throw new UncheckedIOException(
            new MalformedCheckpointException(
                setting.model()
                    + ": the loss of window "
                    + (batch.first() + sums.size())
                    + " is "
                    + sum
                    + ", must be a finite number; the model's weights or what they make of this"
                    + " text aren't"));
      }
      sums.add(sum);
    }
    return new BatchLosses(sums, bits);
  }

  /** The outer array is the caller's, the inner ones are the cache's. */
  private float[][] statesAfter(int number, int split, Runnable goOn) {
    WindowBatch batch = batches.get(number);
    Lock lock = batchLocks.get(number);
    lock.lock();
    try {
      Optional<HiddenStateCache.Found> kept = cache.deepest(number, split);
      int start = kept.map(HiddenStateCache.Found::split).orElse(0);
      float[][] states =
          kept.map(HiddenStateCache.Found::states)
              .orElseGet(() -> decoder.embed(batch.tokens(text)));
      if (start == split) {
        return states.clone();
      }
      float[][] after = decoder.run(states, batch.length(), start, split, goOn);
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
      throw new CancellationException("interrupted while an evaluation was running");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException("an evaluation failed", e.getCause());
    }
  }
}
