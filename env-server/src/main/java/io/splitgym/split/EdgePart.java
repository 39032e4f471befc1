package io.splitgym.split;

import io.splitgym.decoder.Decoder;
import io.splitgym.validation.Require;

/**
 * What runs on the edge: layers p + 1 to L, the norm and the head.
 *
 * @param decoder holds at least these layers; not closed here
 * @param split p, in 1..L-1
 */
public record EdgePart(Decoder decoder, int split) {
  public EdgePart {
    Require.inRange("split", split, 1, decoder.shape().layers() - 1);
  }

  /**
   * @param received T * D float32, row-major: the hidden state of one window as it arrived
   * @param length T
   * @return [T][V] logits
   */
  public float[][] logits(float[] received, int length) {
    return decoder.logits(received, length, split);
  }

  /**
   * Scores the tokens that were sent.
   *
   * @param received B hidden states of T * D float32, as they arrived
   * @param tokens [B][T] ids
   * @param firstScored the first place in each window that is scored, at least 1
   * @return [B][T - firstScored] negative log-likelihoods in nats
   */
  public float[][] losses(float[][] received, int[][] tokens, int firstScored) {
    return decoder.losses(received, tokens, split, firstScored);
  }

  /**
   * As {@link #losses(float[][], int[][], int)}, but it can be ended early.
   *
   * @param beforeEach called before each layer and between parts of the head; what it throws ends
   *     the run
   */
  public float[][] losses(
      float[][] received, int[][] tokens, int firstScored, Runnable beforeEach) {
    return decoder.losses(received, tokens, split, firstScored, beforeEach);
  }
}
