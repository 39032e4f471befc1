package io.splitgym.split;

import io.splitgym.decoder.Decoder;
import io.splitgym.validation.Require;

/**
 * What runs on the user equipment: the embedding and layers 1 to p.
 *
 * @param decoder holds at least these layers; not closed here
 * @param split p, in 1..L-1
 */
public record UserEquipmentPart(Decoder decoder, int split) {
  public UserEquipmentPart {
    Require.inRange("split", split, 1, decoder.shape().layers() - 1);
  }

  /**
   * @param tokens [B][T] ids
   * @return B hidden states of T * D float32, row-major, after layer p: what goes on the air
   */
  public float[][] hiddenStates(int[][] tokens) {
    return decoder.run(decoder.embed(tokens), tokens[0].length, 0, split);
  }

  /**
   * As {@link #hiddenStates(int[][])}, but it can be ended early.
   *
   * @param beforeEach called before each layer; what it throws ends the run
   */
  public float[][] hiddenStates(int[][] tokens, Runnable beforeEach) {
    return decoder.run(decoder.embed(tokens), tokens[0].length, 0, split, beforeEach);
  }
}
