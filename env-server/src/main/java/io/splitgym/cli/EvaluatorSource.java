package io.splitgym.cli;

import io.splitgym.perplexity.SplitEvaluator;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where commands get an LLM on a text from. */
interface EvaluatorSource {
  /**
   * Loads a model and cuts a text into windows.
   *
   * @param model a name or a path, as {@code model pull} takes it
   * @param corpus a text file, or null for the text that is shipped
   * @param maxTokens how many of the text's first tokens are used
   */
  SplitEvaluator open(String model, @Nullable Path corpus, int window, int stride, int maxTokens);

  /** The noise unit that belongs to the model; see {@link io.splitgym.channel.FadingAwgn}. */
  double noiseUnit(String model);
}
