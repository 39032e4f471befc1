package io.splitgym.backend;

import io.splitgym.checkpoint.hub.ModelStore;
import io.splitgym.measurement.AnalyticEvaluator;
import io.splitgym.perplexity.Corpus;
import io.splitgym.perplexity.HiddenStateBounds;
import io.splitgym.perplexity.SplitEvaluator;
import java.nio.file.Path;

/** A formula in place of every LLM. */
public record AnalyticEvaluators(AnalyticEvaluator evaluator) implements EvaluatorSource {
  @Override
  public Loaded load(ModelStore models, String model) {
    return new Formula(evaluator);
  }

  private record Formula(AnalyticEvaluator formula) implements Loaded {
    @Override
    public int room(int window) {
      return window;
    }

    @Override
    public int context() {
      return 8192;
    }

    @Override
    public double noiseUnit(Path data) {
      return 8.5;
    }

    @Override
    public SplitEvaluator evaluator(
        Corpus corpus, int window, int stride, int maxTokens, int threads, HiddenStateBounds kept) {
      return formula;
    }

    @Override
    public void close() {
      // holds nothing
    }
  }
}
