package io.splitgym.agents.cli;

import io.splitgym.agents.AnalyticMeasurements;
import io.splitgym.backend.EvaluatorSource;
import io.splitgym.channel.Transmission;
import io.splitgym.checkpoint.hub.ModelStore;
import io.splitgym.decoder.Precision;
import io.splitgym.perplexity.Corpus;
import io.splitgym.perplexity.EvaluationSetting;
import io.splitgym.perplexity.HiddenStateBounds;
import io.splitgym.perplexity.SplitEvaluator;
import io.splitgym.perplexity.WindowLosses;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;

/** The formula of {@link AnalyticMeasurements} as an LLM, counting its evaluations. */
final class FormulaLlm implements EvaluatorSource {
  private static final double NOISE_UNIT = 10;

  final AtomicInteger evaluations = new AtomicInteger();

  /** How many it answers before it is interrupted. */
  final AtomicInteger patience = new AtomicInteger(Integer.MAX_VALUE);

  @Override
  public Loaded load(ModelStore models, String model, Precision precision) {
    return new Loaded() {
      @Override
      public int context() {
        return 1024;
      }

      @Override
      public int room(int window) {
        return window;
      }

      @Override
      public double noiseUnit(Path data) {
        return NOISE_UNIT;
      }

      @Override
      public SplitEvaluator evaluator(
          Corpus corpus,
          int window,
          int stride,
          int maxTokens,
          int threads,
          HiddenStateBounds kept) {
        return new Evaluator(AnalyticMeasurements.setting(model));
      }

      @Override
      public void close() {}
    };
  }

  private final class Evaluator implements SplitEvaluator {
    private final EvaluationSetting setting;

    Evaluator(EvaluationSetting setting) {
      this.setting = setting;
    }

    @Override
    public EvaluationSetting setting() {
      return setting;
    }

    @Override
    public WindowLosses evaluate(int split, Transmission transmission, long noiseSeed) {
      if (patience.getAndDecrement() <= 0) {
        throw new CancellationException("interrupted");
      }
      evaluations.incrementAndGet();
      double level = transmission instanceof Transmission.AtLevel at ? at.level() : 0;
      return AnalyticMeasurements.losses(split, level);
    }

    @Override
    public void close() {}
  }
}
