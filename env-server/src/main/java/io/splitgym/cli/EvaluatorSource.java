package io.splitgym.cli;

import io.splitgym.checkpoint.hub.ModelStore;
import io.splitgym.perplexity.SplitEvaluator;
import java.io.IOException;

/** Where commands get an LLM on a text from. */
interface EvaluatorSource {
  /**
   * Loads a model and cuts a text into windows.
   *
   * @param maxTokens how many of the text's first tokens are used
   * @param threads how many batches of windows run side by side
   * @throws IOException if the model or the text can't be read
   */
  SplitEvaluator open(
      ModelStore models, TextOption text, int window, int stride, int maxTokens, int threads)
      throws IOException;

  /**
   * The noise unit that belongs to the model; see {@link io.splitgym.channel.FadingAwgn}.
   *
   * @param data where it is kept once it was computed
   */
  double noiseUnit(ModelStore models, TextOption text, DataOption data);

  /**
   * The longest window that the model was trained for, in tokens.
   *
   * @throws IOException if the model can't be read
   */
  int context(ModelStore models, TextOption text) throws IOException;
}
