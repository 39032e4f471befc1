package io.splitgym.backend;

import io.splitgym.perplexity.Corpus;
import io.splitgym.perplexity.HiddenStateBounds;
import io.splitgym.perplexity.SplitEvaluator;
import java.nio.file.Path;

/** A loaded LLM in name only, whatever evaluates in its place. */
class StandInLlm implements EvaluatorSource.Loaded {
  private final SplitEvaluator evaluator;

  StandInLlm(SplitEvaluator evaluator) {
    this.evaluator = evaluator;
  }

  @Override
  public int context() {
    return 8192;
  }

  @Override
  public int room(int window) {
    return window;
  }

  @Override
  public double noiseUnit(Path data) {
    return 8.5;
  }

  @Override
  public SplitEvaluator evaluator(
      Corpus corpus, int window, int stride, int maxTokens, int threads, HiddenStateBounds kept) {
    return evaluator;
  }

  @Override
  public void close() {
    // holds nothing
  }
}
