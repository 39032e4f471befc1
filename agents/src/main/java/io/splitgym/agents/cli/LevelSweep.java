package io.splitgym.agents.cli;

import io.splitgym.backend.EvaluatorSource;
import io.splitgym.channel.Channel;
import io.splitgym.channel.ChannelChoice;
import io.splitgym.cli.DataOption;
import io.splitgym.cli.HiddenStatesOption;
import io.splitgym.cli.ModelsOption;
import io.splitgym.cli.PrecisionOption;
import io.splitgym.cli.ProgressLine;
import io.splitgym.cli.SweepProgress;
import io.splitgym.cli.WindowsOption;
import io.splitgym.decoder.Precision;
import io.splitgym.measurement.MeasurementStore;
import io.splitgym.measurement.Measurements;
import io.splitgym.measurement.Sweep;
import io.splitgym.measurement.SweepPlan;
import io.splitgym.perplexity.Corpus;
import io.splitgym.perplexity.SplitEvaluator;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * An LLM of this machine, open on the shipped text behind a channel, with the store that keeps what
 * is measured of it.
 */
record LevelSweep(
    EvaluatorSource.Loaded model,
    SplitEvaluator evaluator,
    MeasurementStore store,
    Channel channel,
    List<Double> levels)
    implements AutoCloseable {
  private static final long NOISE_SEED = 1;

  /**
   * What a sweep came to.
   *
   * @param measurements of every split at every level, those of other levels left out
   * @param measuredNow how many of them weren't in the store
   */
  record Swept(Measurements measurements, int measuredNow) {}

  /**
   * Opens it.
   *
   * @param channel its name
   * @param levels of the channel; the usual ones if empty
   * @param threads how many batches of windows are evaluated at once
   */
  static LevelSweep open(
      EvaluatorSource evaluators,
      ModelsOption models,
      DataOption data,
      PrecisionOption precision,
      HiddenStatesOption hiddenStates,
      String model,
      String channel,
      List<Double> levels,
      WindowsOption windows,
      int threads)
      throws IOException {
    Precision chosen = precision.in(data);
    MeasurementStore store = MeasurementStore.open(data.measurements());
    try {
      EvaluatorSource.Loaded loaded = evaluators.load(models.store(), model, chosen);
      try {
        Channel through = ChannelChoice.of(channel).channel(() -> loaded.noiseUnit(data.folder()));
        SplitEvaluator evaluator =
            loaded.evaluator(
                Corpus.shipped(),
                windows.window(),
                loaded.room(windows.window()),
                windows.maxTokens(),
                threads,
                hiddenStates.bounds());
        return new LevelSweep(
            loaded,
            evaluator,
            store,
            through,
            levels.isEmpty() ? SweepPlan.defaultLevels(through) : List.copyOf(levels));
      } catch (RuntimeException e) {
        loaded.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      store.close();
      throw e;
    }
  }

  /** Measures what the store lacks. */
  Swept complete(int threads) {
    SweepPlan plan =
        SweepPlan.overLevels(
            evaluator.setting(),
            channel,
            levels,
            IntStream.range(1, evaluator.layers()).boxed().toList(),
            List.of(NOISE_SEED));
    Sweep.Outcome outcome;
    try (ProgressLine progress = new ProgressLine("measuring", "cells")) {
      outcome = new Sweep(evaluator, store, threads).run(plan, new SweepProgress(progress));
    }
    Measurements all =
        Measurements.of(evaluator.setting(), channel, store.all(evaluator.setting()));
    return new Swept(
        new Measurements(
            all.setting(),
            channel,
            all.clean(),
            all.noisy().stream().filter(one -> plan.cells().contains(one.key())).toList()),
        outcome.measured());
  }

  @Override
  public void close() {
    try {
      evaluator.close();
    } finally {
      try {
        store.close();
      } finally {
        model.close();
      }
    }
  }
}
