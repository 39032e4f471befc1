package io.splitgym.backend;

import io.splitgym.decoder.Precision;
import io.splitgym.perplexity.SplitEvaluator;
import io.splitgym.registry.BackendLoadingException;
import io.splitgym.registry.LlmUse;
import io.splitgym.validation.LimitReachedException;
import io.splitgym.validation.Require;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * LLMs lent to environments. A model's weights are loaded once, however many settings use them;
 * each setting has one evaluator, however many environments use it. An evaluator that nobody uses
 * any more stays until another setting needs its place: then the one that was used longest ago
 * goes, and with a model's last evaluator its weights. What is in use never goes. Safe for use by
 * several threads; who asks for what is being loaded waits for it, others don't.
 */
final class LentLlms implements AutoCloseable {
  /** How an LLM is used; what a loan is for. */
  record Setting(ModelInPrecision weights, int window, int maxTokens) {
    Setting(String model, Precision precision, int window, int maxTokens) {
      this(new ModelInPrecision(model, precision), window, maxTokens);
    }

    String model() {
      return weights.model();
    }
  }

  /** A model in one precision: weights that are in memory once. */
  record ModelInPrecision(String model, Precision precision) {}

  /** How models are loaded, and evaluators made of them. */
  interface Source {
    EvaluatorSource.Loaded load(ModelInPrecision model) throws IOException;

    SplitEvaluator evaluator(EvaluatorSource.Loaded model, Setting setting) throws IOException;
  }

  /** When a place may be free again: a guess, since nobody knows how long others stay. */
  private static final Duration RETRY = Duration.ofSeconds(30);

  /** When who was told that an LLM is loading may find it loaded: a guess, too. */
  private static final Duration LOADING_RETRY = Duration.ofSeconds(5);

  private final Source source;
  private final int most;
  private final Map<ModelInPrecision, Weights> weights = new HashMap<>();
  private final Map<Setting, Place> places = new HashMap<>();
  private final Map<Setting, CompletableFuture<Boolean>> loads = new HashMap<>();
  private long uses;
  private boolean closed;

  /**
   * @param most evaluators that are kept at once
   */
  LentLlms(Source source, int most) {
    this.source = source;
    this.most = Require.positive("max-llm-settings", most);
  }

  /** The models that are in memory or on their way there. */
  synchronized SortedMap<String, LlmUse.Presence> models() {
    SortedMap<String, LlmUse.Presence> models = new TreeMap<>();
    for (Weights each : weights.values()) {
      if (!each.loaded.isDone()) {
        models.putIfAbsent(each.model.model(), LlmUse.Presence.LOADING);
      } else if (!each.loaded.isCompletedExceptionally()) {
        // in one precision is enough
        models.put(each.model.model(), LlmUse.Presence.LOADED);
      }
    }
    return models;
  }

  /**
   * Lends an LLM, loading it if need be.
   *
   * @throws LimitReachedException if as many other settings as may be are in use
   * @throws IOException if the model can't be read; then nothing is lent
   */
  Loan borrow(Setting setting) throws IOException {
    Place place;
    boolean mine;
    @Nullable Place evicted = null;
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException("no LLM is lent any more");
      }
      @Nullable Place there = places.get(setting);
      mine = there == null;
      if (there == null) {
        evicted = places.size() < most ? null : leastRecentlyUsed();
        Weights of = weights.computeIfAbsent(setting.weights(), Weights::new);
        of.evaluators++;
        there = new Place(setting, of);
        places.put(setting, there);
        if (evicted != null) {
          places.remove(evicted.setting);
        }
      }
      place = there;
      place.loans++;
    }
    boolean lent = false;
    try {
      if (mine) {
        open(place, evicted);
      }
      Loan loan =
          new Loan(
              this, place, get(place.weights.loaded), get(place.evaluator), new AtomicBoolean());
      lent = true;
      return loan;
    } finally {
      if (!lent) {
        release(place);
      }
    }
  }

  /**
   * Lends an LLM, to someone who doesn't wait for longer than that. Its loading goes on beside, so
   * that whoever asks again finds it further.
   *
   * @throws BackendLoadingException if it takes longer
   * @throws LimitReachedException if as many other settings as may be are in use
   * @throws IOException if the model can't be read; then nothing is lent
   */
  Loan borrow(Setting setting, Duration patience) throws IOException {
    try {
      get(loading(setting).orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS));
    } catch (IllegalStateException e) {
      if (e.getCause() instanceof TimeoutException) {
        throw new BackendLoadingException(
            "the model " + setting.model() + " is still loading; send the same request again",
            LOADING_RETRY);
      }
      throw e;
    }
    return borrow(setting);
  }

  /** Comes about once the LLM is there; each setting is loaded by one thread, whoever asks. */
  private synchronized CompletableFuture<Boolean> loading(Setting setting) {
    Place place = places.get(setting);
    if (place != null && place.evaluator.isDone() && !place.evaluator.isCompletedExceptionally()) {
      return CompletableFuture.completedFuture(true);
    }
    CompletableFuture<Boolean> present = loads.get(setting);
    if (present == null || present.isDone()) {
      CompletableFuture<Boolean> load = new CompletableFuture<>();
      loads.put(setting, load);
      Thread thread = new Thread(() -> load(setting, load), "loading " + setting.model());
      thread.setDaemon(true);
      thread.start();
      present = load;
    }
    return present.copy();
  }

  private void load(Setting setting, CompletableFuture<Boolean> load) {
    try {
      borrow(setting).close();
      load.complete(true);
    } catch (IOException | RuntimeException | Error e) {
      load.completeExceptionally(e);
    } finally {
      synchronized (this) {
        loads.remove(setting, load);
      }
    }
  }

  /** Ends all evaluators, in use or not, and frees all weights. */
  @Override
  public void close() {
    List<Place> all;
    synchronized (this) {
      closed = true;
      all = List.copyOf(places.values());
      places.clear();
    }
    all.forEach(this::end);
  }

  /** The place that may go, which is then no longer anyone's. */
  private Place leastRecentlyUsed() {
    return places.values().stream()
        .filter(place -> place.loans == 0)
        .min(Comparator.comparingLong(place -> place.lastUse))
        .orElseThrow(
            () ->
                new LimitReachedException(
                    "all LLM evaluators that this server may keep are used by environments with"
                        + " other settings; delete one of those, or use a setting of theirs: "
                        + places.keySet().stream().map(LentLlms::text).sorted().toList(),
                    "llm settings",
                    "at most "
                        + most
                        + " combinations of model, precision, window and maxTokens in use",
                    RETRY));
  }

  private static String text(Setting setting) {
    return setting.model()
        + " in "
        + setting.weights().precision().text()
        + " with window "
        + setting.window()
        + " and maxTokens "
        + setting.maxTokens();
  }

  private void open(Place place, @Nullable Place evicted) throws IOException {
    try {
      if (evicted != null) {
        // first, so that both are never in memory
        end(evicted);
      }
      EvaluatorSource.Loaded model = loaded(place.weights);
      SplitEvaluator evaluator = source.evaluator(model, place.setting);
      place.evaluator.complete(evaluator);
    } catch (IOException | RuntimeException | Error e) {
      boolean remove;
      synchronized (this) {
        remove = places.remove(place.setting, place);
      }
      place.evaluator.completeExceptionally(e);
      if (remove) {
        end(place);
      }
      throw e;
    }
  }

  private EvaluatorSource.Loaded loaded(Weights of) throws IOException {
    boolean mine;
    synchronized (this) {
      mine = !of.loading;
      of.loading = true;
    }
    if (mine) {
      try {
        of.loaded.complete(source.load(of.model));
      } catch (IOException | RuntimeException | Error e) {
        synchronized (this) {
          // whoever comes next tries again
          weights.remove(of.model, of);
        }
        of.loaded.completeExceptionally(e);
        throw e;
      }
    }
    return get(of.loaded);
  }

  /** Closes a place's evaluator, which nobody can get at any more, and maybe its weights. */
  private void end(Place place) {
    try {
      @Nullable SplitEvaluator evaluator = whenThere(place.evaluator);
      if (evaluator != null) {
        evaluator.close();
      }
    } finally {
      boolean last;
      synchronized (this) {
        last = --place.weights.evaluators == 0;
        if (last) {
          weights.remove(place.weights.model, place.weights);
        }
      }
      EvaluatorSource.@Nullable Loaded model = last ? whenThere(place.weights.loaded) : null;
      if (model != null) {
        model.close();
      }
    }
  }

  private synchronized void release(Place place) {
    place.loans--;
    place.lastUse = ++uses;
  }

  /** What comes of it, or null if it failed; nobody who frees things leaves without waiting. */
  private static <T> @Nullable T whenThere(CompletableFuture<T> future) {
    return future.handle((value, failure) -> value).join();
  }

  private static <T> T get(CompletableFuture<T> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while an LLM was loaded");
    } catch (ExecutionException e) {
      // as its own, for the waiting ones' stack is not the failure's
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException("an LLM can't be loaded", e.getCause());
    }
  }

  /**
   * An LLM, lent until closed.
   *
   * @param model only for as long as the loan lasts, as the evaluator
   */
  record Loan(
      LentLlms from,
      Place place,
      EvaluatorSource.Loaded model,
      SplitEvaluator evaluator,
      AtomicBoolean returned)
      implements AutoCloseable {
    /** Hands it back; once is enough. */
    @Override
    public void close() {
      if (returned.compareAndSet(false, true)) {
        from.release(place);
      }
    }
  }

  /** A model's weights, from when they are asked for. */
  private static final class Weights {
    private final ModelInPrecision model;
    private final CompletableFuture<EvaluatorSource.Loaded> loaded = new CompletableFuture<>();
    private boolean loading;
    private int evaluators;

    Weights(ModelInPrecision model) {
      this.model = model;
    }
  }

  /** A setting's evaluator, from when it is asked for. */
  static final class Place {
    private final Setting setting;
    private final Weights weights;
    private final CompletableFuture<SplitEvaluator> evaluator = new CompletableFuture<>();
    private int loans;
    private long lastUse;

    private Place(Setting setting, Weights weights) {
      this.setting = setting;
      this.weights = weights;
    }
  }
}
