package io.splitgym.cli;

import io.splitgym.checkpoint.hub.ModelStore;
import io.splitgym.measurement.AnalyticEvaluator;
import io.splitgym.perplexity.SplitEvaluator;

/** A formula in place of every LLM. */
record AnalyticEvaluators(AnalyticEvaluator evaluator) implements EvaluatorSource {
  @Override
  public SplitEvaluator open(
      ModelStore models, TextOption text, int window, int stride, int maxTokens, int threads) {
    return evaluator;
  }

  @Override
  public double noiseUnit(ModelStore models, TextOption text, DataOption data) {
    return 8.5;
  }

  @Override
  public int context(ModelStore models, TextOption text) {
    return 8192;
  }
}
