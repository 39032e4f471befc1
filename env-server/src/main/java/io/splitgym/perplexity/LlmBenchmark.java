package io.splitgym.perplexity;

import io.splitgym.channel.FadingAwgn;
import io.splitgym.channel.Transmission;
import io.splitgym.decoder.BareProducts;
import io.splitgym.decoder.Decoder;
import io.splitgym.decoder.OperatorTrace;
import io.splitgym.decoder.Precision;
import io.splitgym.validation.Require;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import org.apache.commons.math3.stat.descriptive.rank.Median;
import org.jspecify.annotations.Nullable;

/**
 * Times a step on the LLM against the way it is done without keeping hidden states, one full
 * forward pass of the same text; that pass in each precision; and against the bare matrix products
 * of the same sizes and another program's pass. All in one run, in turn.
 */
public final class LlmBenchmark {
  private static final double HARMLESS_LEVEL = 0.5;

  /** More than the shipped text has. */
  private static final int QUALITY_TOKENS = 8192;

  private LlmBenchmark() {}

  /** Another program that passes the same windows through the same weights. */
  public interface Peer {
    /** Seconds of one forward pass, losses included. */
    double forwardSeconds();
  }

  /** Makes the peer, told the windows. */
  @FunctionalInterface
  public interface PeerMaker {
    Peer make(List<ScoredWindows> windows);
  }

  /**
   * What is timed.
   *
   * @param tokens of the text, for times
   * @param splits over which a step is averaged
   */
  public record Plan(
      Corpus corpus,
      int window,
      int tokens,
      int threads,
      List<Integer> splits,
      int repeats,
      HiddenStateBounds kept) {
    public Plan {
      Require.positive("repeats", repeats);
      splits = List.copyOf(splits);
    }
  }

  /**
   * One precision; medians over the repeats.
   *
   * @param forwardSeconds of one pass through all layers and the head
   * @param forwardRate of that pass, in GFLOP/s of its matrix products
   * @param timesFloat32 how many times as fast as float32's that pass is
   * @param nll per token of the text's first {@link #QUALITY_TOKENS}, without a channel, in nats
   * @param perplexityDifference from float32's, as a share of it
   * @param splitSeconds of a step at each of the splits
   * @param stepSeconds of a step, averaged over the splits
   * @param stepSpeedup how many steps such a pass takes
   * @param systemShare of the processors' time that passes took, the kernel's
   * @param pageFaults of a pass, on average
   * @param keptBytes that the hidden states of all the splits take
   */
  public record OfPrecision(
      String precision,
      double forwardSeconds,
      double forwardRate,
      double timesFloat32,
      double nll,
      double perplexityDifference,
      List<Double> splitSeconds,
      double stepSeconds,
      double stepSpeedup,
      double systemShare,
      long pageFaults,
      long keptBytes) {}

  /**
   * All of it.
   *
   * @param setting that of float32
   * @param timedNll per token of the timed text in float32, without a channel, in nats: what a peer
   *     has to come to
   * @param plainProductsRate of matrix products of the same sizes alone in float32, in GFLOP/s
   * @param shareOfPlainProducts that float32's pass reaches of it
   * @param peerSeconds of the peer's pass; null without a peer
   * @param timesPeer how many times as fast as the peer's float32's pass is; null without a peer
   */
  public record Result(
      EvaluationSetting setting,
      int threads,
      int repeats,
      List<Integer> splits,
      List<OfPrecision> precisions,
      double timedNll,
      double plainProductsRate,
      double shareOfPlainProducts,
      @Nullable Double peerSeconds,
      @Nullable Double timesPeer) {}

  /**
   * @param models the same one in each precision, float32 among them
   * @param progress told the number of rounds done
   */
  public static Result run(
      Map<Precision, LanguageModel> models,
      Plan plan,
      Optional<PeerMaker> peerMaker,
      IntConsumer progress) {
    Map<Precision, Timed> all = new EnumMap<>(Precision.class);
    LanguageModel exact = models.get(Precision.F32);
    if (exact == null) {
      throw new IllegalArgumentException("float32 is missing");
    }
    try (BareProducts products =
        new BareProducts(
            exact.decoder().shape(),
            Math.max(1, LlmEvaluator.BATCH_TOKENS / plan.window()),
            plan.window(),
            Decoder.HEAD_ROWS)) {
      Timed ofFloat32 = new Timed(exact, plan);
      all.put(Precision.F32, ofFloat32);
      models.forEach(
          (precision, model) -> all.computeIfAbsent(precision, one -> new Timed(model, plan)));
      Optional<Peer> peer = peerMaker.map(maker -> maker.make(ofFloat32.evaluator.windows()));
      plainRate(products, plan.threads());
      peer.ifPresent(Peer::forwardSeconds);
      List<Double> plain = new ArrayList<>();
      List<Double> peers = new ArrayList<>();
      for (int repeat = 1; repeat <= plan.repeats(); repeat++) {
        for (Timed each : all.values()) {
          each.round(repeat);
        }
        plain.add(plainRate(products, plan.threads()));
        peer.ifPresent(other -> peers.add(other.forwardSeconds()));
        progress.accept(repeat);
      }
      double plainRate = median(plain);
      OfPrecision float32 = ofFloat32.result(ofFloat32);
      return new Result(
          ofFloat32.evaluator.setting(),
          plan.threads(),
          plan.repeats(),
          plan.splits(),
          all.values().stream().map(each -> each.result(ofFloat32)).toList(),
          ofFloat32.evaluator.evaluate(1, new Transmission.Clean(), 0).mean(),
          plainRate,
          float32.forwardRate() / plainRate,
          peers.isEmpty() ? null : median(peers),
          peers.isEmpty() ? null : median(peers) / float32.forwardSeconds());
    } finally {
      all.values().forEach(each -> each.evaluator.close());
    }
  }

  /**
   * Writes which operators a full pass of one batch of windows runs, on one thread.
   *
   * @param trace the file to write; see {@link OperatorTrace}
   * @return how many tokens those windows have
   */
  public static int profile(LanguageModel model, Plan plan, Path trace) {
    try (LlmEvaluator evaluator = evaluator(model, plan, plan.tokens())) {
      ScoredWindows batch = evaluator.windows().get(0);
      Decoder decoder = model.decoder();
      Runnable pass =
          () ->
              decoder.losses(decoder.embed(batch.tokens()), batch.tokens(), 0, batch.firstScored());
      pass.run();
      pass.run();
      OperatorTrace.write(trace, pass);
      return batch.tokens().length * batch.tokens()[0].length;
    }
  }

  /**
   * The text that is timed.
   *
   * @param model stays open; close it after what this returns
   */
  public static SplitEvaluator evaluator(LanguageModel model, Plan plan) {
    return evaluator(model, plan, plan.tokens());
  }

  private static LlmEvaluator evaluator(LanguageModel model, Plan plan, int tokens) {
    return new LlmEvaluator(
        model,
        plan.corpus(),
        plan.window(),
        model.room(plan.window()),
        tokens,
        plan.threads(),
        plan.kept());
  }

  /** One precision, while it is timed. */
  private static final class Timed {
    private final Plan plan;
    private final LlmEvaluator evaluator;
    private final double nll;
    private final Transmission transmission =
        new Transmission.AtLevel(FadingAwgn.ofUnit(1), HARMLESS_LEVEL);
    private final List<List<Double>> steps = new ArrayList<>();
    private final List<Double> full = new ArrayList<>();
    private ProcessUsage usage = new ProcessUsage(0, 0, 0);

    Timed(LanguageModel model, Plan plan) {
      this.plan = plan;
      try (LlmEvaluator whole = LlmBenchmark.evaluator(model, plan, QUALITY_TOKENS)) {
        this.nll = whole.evaluate(1, new Transmission.Clean(), 0).mean();
      }
      this.evaluator = LlmBenchmark.evaluator(model, plan, plan.tokens());
      for (int split : plan.splits()) {
        // fills the cache and warms everything up
        evaluator.evaluate(split, transmission, 0);
        steps.add(new ArrayList<>());
      }
      evaluator.evaluateFromTheStart(plan.splits().get(0), transmission, 0);
    }

    void round(int repeat) {
      for (int i = 0; i < plan.splits().size(); i++) {
        int split = plan.splits().get(i);
        steps.get(i).add(seconds(() -> evaluator.evaluate(split, transmission, repeat)));
      }
      int split = plan.splits().get(repeat % plan.splits().size());
      ProcessUsage before = ProcessUsage.now();
      full.add(seconds(() -> evaluator.evaluateFromTheStart(split, transmission, repeat)));
      usage = usage.plus(ProcessUsage.now().minus(before));
    }

    OfPrecision result(Timed float32) {
      List<Double> splitSeconds = steps.stream().map(LlmBenchmark::median).toList();
      double step = splitSeconds.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
      double seconds = median(full);
      return new OfPrecision(
          evaluator.setting().precision(),
          seconds,
          evaluator.forwardOperations() / seconds / 1e9,
          median(float32.full) / seconds,
          nll,
          Math.expm1(nll - float32.nll),
          splitSeconds,
          step,
          seconds / step,
          usage.systemShare(),
          usage.pageFaults() / plan.repeats(),
          evaluator.keptBytes());
    }
  }

  /** GFLOP/s of the products when each thread runs its own, as batches of windows do. */
  private static double plainRate(BareProducts products, int threads) {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      double seconds =
          seconds(
              () -> {
                List<Future<?>> running = new ArrayList<>();
                for (int thread = 0; thread < threads; thread++) {
                  running.add(pool.submit(products::run));
                }
                running.forEach(LlmBenchmark::await);
              });
      return threads * products.operations() / seconds / 1e9;
    } finally {
      pool.shutdown();
    }
  }

  private static void await(Future<?> task) {
    try {
      task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while measuring", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a matrix product failed", e.getCause());
    }
  }

  private static double seconds(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e9;
  }

  private static double median(List<Double> values) {
    return new Median().evaluate(values.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
