package io.splitgym.cli;

import io.splitgym.channel.FadingAwgn;
import io.splitgym.channel.Transmission;
import io.splitgym.environment.AutoresetMode;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.environment.SplitInferenceVector;
import io.splitgym.environment.VectorSeeds;
import io.splitgym.measurement.MeasuredOptions;
import io.splitgym.measurement.MeasuredPerplexityModel;
import io.splitgym.measurement.MeasurementStore;
import io.splitgym.perplexity.EvaluationSetting;
import io.splitgym.perplexity.LlmBenchmark;
import io.splitgym.perplexity.SplitEvaluator;
import io.splitgym.perplexity.WindowLosses;
import io.splitgym.random.RandomStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What training on the LLM costs: a walk of random actions through the real environment and the
 * real store, whose cells are counted; each cell is then as long as a step at its split was timed.
 * The same walk may also be taken on the LLM itself, to see what it really takes.
 *
 * @param steps of all environments together
 * @param environments that step at once
 * @param options of the LLM, which say how many cells there are
 * @param evaluated cells, those for which the LLM would have run
 * @param hitRate the share of steps that the store answered
 * @param besideSeconds of a step, all but the LLM, the store included
 * @param precisions what a step costs with the LLM
 */
record TrainingWalk(
    int steps,
    int environments,
    Cells options,
    int evaluated,
    double hitRate,
    double besideSeconds,
    List<OfPrecision> precisions) {
  private static final int ENVIRONMENTS = 16;
  private static final int LEVELS = 8;

  /** The environment's settings of the same names. */
  record Cells(int noisePool, int sigmaLevels, int mLevels) {}

  /**
   * In one precision.
   *
   * @param stepSeconds on average, reckoned from what steps were timed to take
   * @param speedup over one full forward pass for each step, in the same precision
   * @param walked the same on the LLM itself; null where it wasn't walked
   */
  record OfPrecision(
      String precision, double stepSeconds, double speedup, @Nullable Walked walked) {}

  /**
   * On the LLM itself, from an empty store on.
   *
   * @param stepSeconds on average, all included
   * @param speedup over one full forward pass for each step, as that was timed
   */
  record Walked(double stepSeconds, double speedup) {}

  /**
   * Walks.
   *
   * @param steps of all environments together
   * @param noisePool how many noise seeds the environment has
   * @param llms open those on which it is also walked, by precision, on the text that was timed;
   *     one at a time is open
   * @param progress told the number of steps done on each of them
   */
  static TrainingWalk walk(
      LlmBenchmark.Result timed,
      int steps,
      int noisePool,
      Map<String, Supplier<SplitEvaluator>> llms,
      IntConsumer progress)
      throws IOException {
    int walked = (steps + ENVIRONMENTS - 1) / ENVIRONMENTS * ENVIRONMENTS;
    Counter counter = new Counter(timed.setting());
    double beside = secondsOfStep(counter, walked, noisePool, timed.threads(), done -> {});
    int evaluated = counter.total();
    List<OfPrecision> precisions = new ArrayList<>();
    for (LlmBenchmark.OfPrecision each : timed.precisions()) {
      double pass = each.forwardSeconds();
      double step = beside + counter.seconds(timed.splits(), each.splitSeconds()) / walked;
      Supplier<SplitEvaluator> opened = llms.get(each.precision());
      Walked really = null;
      if (opened != null) {
        try (SplitEvaluator llm = opened.get()) {
          double seconds = secondsOfStep(llm, walked, noisePool, timed.threads(), progress);
          really = new Walked(seconds, pass / seconds);
        }
      }
      precisions.add(new OfPrecision(each.precision(), step, pass / step, really));
    }
    return new TrainingWalk(
        walked,
        ENVIRONMENTS,
        new Cells(noisePool, LEVELS, LEVELS),
        evaluated,
        1 - (double) evaluated / walked,
        beside,
        precisions);
  }

  /** From an empty store; the actions and states are the same whatever the evaluator answers. */
  private static double secondsOfStep(
      SplitEvaluator evaluator, int steps, int noisePool, int threads, IntConsumer progress)
      throws IOException {
    SplitInferenceParameters parameters =
        SplitInferenceParameters.from(Preset.DEFAULT, Map.of(), evaluator.layers());
    Path folder = Files.createTempDirectory("splitgym-walk");
    try (MeasurementStore store = MeasurementStore.open(folder.resolve("measurements.sqlite"))) {
      MeasuredPerplexityModel model =
          new MeasuredPerplexityModel(
              evaluator,
              store,
              FadingAwgn.ofUnit(1),
              new MeasuredOptions(noisePool, LEVELS, LEVELS, parameters.ranges()),
              threads);
      SplitInferenceVector vector =
          new SplitInferenceVector(
              model, "llm", parameters, ENVIRONMENTS, AutoresetMode.SAME_STEP, 1, () -> {});
      vector.reset(VectorSeeds.none(), null, Map.of());
      RandomStream random = RandomStream.ofSeed(1);
      int[] actions = new int[ENVIRONMENTS];
      long start = System.nanoTime();
      for (int step = 0; step < steps; step += ENVIRONMENTS) {
        Arrays.setAll(actions, i -> random.nextInteger(0, parameters.actions().actions() - 1));
        vector.step(actions);
        progress.accept(step + ENVIRONMENTS);
      }
      return (System.nanoTime() - start) / 1e9 / steps;
    } finally {
      PrepareCommand.delete(folder);
    }
  }

  /** In the LLM's place: counts where it would have run. */
  private static final class Counter implements SplitEvaluator {
    private final EvaluationSetting setting;
    private final AtomicIntegerArray counts;

    Counter(EvaluationSetting setting) {
      this.setting = setting;
      this.counts = new AtomicIntegerArray(setting.layers());
    }

    @Override
    public EvaluationSetting setting() {
      return setting;
    }

    @Override
    public WindowLosses evaluate(int split, Transmission transmission, long noiseSeed) {
      counts.incrementAndGet(split);
      return new WindowLosses(List.of(1.0), List.of(1));
    }

    int total() {
      int total = 0;
      for (int split = 1; split < counts.length(); split++) {
        total += counts.get(split);
      }
      return total;
    }

    /** What the counted ones take, between the timed splits by a straight line. */
    double seconds(List<Integer> splits, List<Double> splitSeconds) {
      double total = 0;
      for (int split = 1; split < counts.length(); split++) {
        total += counts.get(split) * at(split, splits, splitSeconds);
      }
      return total;
    }

    private static double at(int split, List<Integer> splits, List<Double> seconds) {
      int last = splits.size() - 1;
      if (split <= splits.get(0) || last == 0) {
        return seconds.get(0);
      }
      int i = 1;
      while (i < last && splits.get(i) < split) {
        i++;
      }
      double part =
          Math.min(1, (double) (split - splits.get(i - 1)) / (splits.get(i) - splits.get(i - 1)));
      return seconds.get(i - 1) + part * (seconds.get(i) - seconds.get(i - 1));
    }

    @Override
    public void close() {
      // holds nothing
    }
  }
}
