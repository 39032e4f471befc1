package io.splitgym.perplexity;

import io.splitgym.channel.Transmission;

/**
 * One LLM on one text, cut into windows. Evaluations depend on their arguments and the setting
 * alone: not on the number of threads, nor on what else is evaluated. Safe for use by several
 * threads.
 */
public interface SplitEvaluator extends AutoCloseable {
  /** All that an evaluation depends on beside its arguments. */
  EvaluationSetting setting();

  /** The number L of transformer layers. */
  default int layers() {
    return setting().layers();
  }

  /**
   * Sends the hidden state after a layer to the edge part and scores every window.
   *
   * @param split in 1..L-1
   * @param noiseSeed window w draws from this seed's stream {@code window} number w, whatever the
   *     split and the transmission
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted, which
   *     it still is then, or the evaluator is closed; nothing was evaluated
   */
  WindowLosses evaluate(int split, Transmission transmission, long noiseSeed);

  @Override
  void close();
}
