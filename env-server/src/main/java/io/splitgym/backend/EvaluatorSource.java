package io.splitgym.backend;

import io.splitgym.checkpoint.hub.ModelStore;
import io.splitgym.decoder.Precision;
import io.splitgym.perplexity.Corpus;
import io.splitgym.perplexity.HiddenStateBounds;
import io.splitgym.perplexity.SplitEvaluator;
import java.io.IOException;
import java.nio.file.Path;

/** Where LLMs come from. */
@FunctionalInterface
public interface EvaluatorSource {
  /**
   * Loads a model.
   *
   * @param model one of the store's names, or the path of a model
   * @param precision in what it multiplies
   * @throws io.splitgym.checkpoint.hub.ModelMissingException if it isn't on this machine
   * @throws IOException if it can't be read
   */
  Loaded load(ModelStore models, String model, Precision precision) throws IOException;

  /** A model in memory, whose weights all its evaluators share. Safe for use by several threads. */
  interface Loaded extends AutoCloseable {
    /** The longest window that the model was trained for, in tokens. */
    int context();

    /**
     * How many tokens of a text a window has room for: all, but one where the model expects a token
     * of its own before every text.
     *
     * @param window tokens in a window
     */
    int room(int window);

    /**
     * The noise unit that belongs to the model; see {@link io.splitgym.channel.FadingAwgn}.
     *
     * @param data the folder in which it is kept once it was computed
     * @throws java.io.UncheckedIOException if it can't be kept there
     */
    double noiseUnit(Path data);

    /**
     * The model on a text that is cut into windows. Close it before the model.
     *
     * @param stride tokens of the text from one window's start to the next, at most the room
     * @param maxTokens how many of the text's first tokens are used
     * @param threads how many batches of windows run side by side
     */
    SplitEvaluator evaluator(
        Corpus corpus, int window, int stride, int maxTokens, int threads, HiddenStateBounds kept);

    @Override
    void close();
  }
}
