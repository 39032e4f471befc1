package io.splitgym.perplexity;

import io.splitgym.channel.FadingAwgn;
import io.splitgym.channel.Transmission;
import io.splitgym.decoder.Decoder;
import io.splitgym.decoder.PlainProducts;
import io.splitgym.validation.Require;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import org.apache.commons.math3.stat.descriptive.rank.Median;

/**
 * Times a step on the LLM against the way it is done without keeping hidden states, one full
 * forward pass of the same text, and that pass against the bare matrix products of the same sizes;
 * all in one run, in turn.
 */
public final class LlmBenchmark {
  private static final double HARMLESS_LEVEL = 0.5;

  private LlmBenchmark() {}

  /**
   * Medians over the repeats.
   *
   * @param splitSeconds of a step at each of the splits
   * @param stepSeconds of a step, averaged over the splits
   * @param fullForwardSeconds of one forward pass through all layers and the head
   * @param fullForwardRate of that pass, in GFLOP/s of its matrix products
   * @param plainProductsRate of matrix products of the same sizes alone, in GFLOP/s
   */
  public record Result(
      EvaluationSetting setting,
      int threads,
      int repeats,
      List<Integer> splits,
      List<Double> splitSeconds,
      double stepSeconds,
      double fullForwardSeconds,
      double stepSpeedup,
      double fullForwardRate,
      double plainProductsRate,
      double shareOfPlainProducts) {}

  /**
   * @param progress told the number of rounds done
   */
  public static Result run(
      LanguageModel model,
      Corpus corpus,
      int window,
      int tokens,
      int threads,
      List<Integer> splits,
      int repeats,
      IntConsumer progress) {
    Require.positive("repeats", repeats);
    Decoder decoder = model.decoder();
    Transmission transmission = new Transmission.AtLevel(FadingAwgn.ofUnit(1), HARMLESS_LEVEL);
    try (LlmEvaluator evaluator =
            new LlmEvaluator(
                model,
                corpus,
                window,
                model.room(window),
                tokens,
                threads,
                HiddenStateBounds.DEFAULT);
        PlainProducts products =
            new PlainProducts(
                decoder.shape(),
                Math.max(1, LlmEvaluator.BATCH_TOKENS / window),
                window,
                Decoder.HEAD_ROWS)) {
      for (int split : splits) {
        // fills the cache and warms everything up
        evaluator.evaluate(split, transmission, 0);
      }
      evaluator.evaluateFromTheStart(splits.get(0), transmission, 0);
      plainRate(products, threads);
      List<List<Double>> steps = new ArrayList<>();
      splits.forEach(split -> steps.add(new ArrayList<>()));
      List<Double> full = new ArrayList<>();
      List<Double> plain = new ArrayList<>();
      for (int repeat = 1; repeat <= repeats; repeat++) {
        long seed = repeat;
        for (int i = 0; i < splits.size(); i++) {
          int split = splits.get(i);
          steps.get(i).add(seconds(() -> evaluator.evaluate(split, transmission, seed)));
        }
        int split = splits.get(repeat % splits.size());
        full.add(seconds(() -> evaluator.evaluateFromTheStart(split, transmission, seed)));
        plain.add(plainRate(products, threads));
        progress.accept(repeat);
      }
      List<Double> splitSeconds = steps.stream().map(LlmBenchmark::median).toList();
      double step = splitSeconds.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
      double fullSeconds = median(full);
      double fullRate = evaluator.forwardOperations() / fullSeconds / 1e9;
      double plainRate = median(plain);
      return new Result(
          evaluator.setting(),
          threads,
          repeats,
          splits,
          splitSeconds,
          step,
          fullSeconds,
          fullSeconds / step,
          fullRate,
          plainRate,
          fullRate / plainRate);
    }
  }

  /** GFLOP/s of the products when each thread runs its own, as batches of windows do. */
  private static double plainRate(PlainProducts products, int threads) {
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
