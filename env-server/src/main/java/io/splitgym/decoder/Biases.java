package io.splitgym.decoder;

import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.checkpoint.Metadata;

/**
 * Which of a layer's projections have a bias, the same in every layer. One that is missing is an
 * error; one too many isn't read, so that the checkpoint is refused.
 *
 * @param inputs those that make queries, keys and values
 * @param output the one behind attention
 * @param feedForward those of the feed-forward network
 */
record Biases(boolean inputs, boolean output, boolean feedForward) {
  /** What a checkpoint says; where it says nothing, as GGUF files don't, its first layer shows. */
  static Biases told(Checkpoint checkpoint) throws MalformedCheckpointException {
    return new Biases(
        told(checkpoint, "attention.bias", "attn_q"),
        told(checkpoint, "attention.bias", "attn_output"),
        told(checkpoint, "feed_forward.bias", "ffn_up"));
  }

  private static boolean told(Checkpoint checkpoint, String key, String projection)
      throws MalformedCheckpointException {
    Metadata numbers = checkpoint.hyperparameters();
    return numbers.keys().contains(key)
        ? numbers.flag(key)
        : checkpoint.tensors().containsKey("blk.0." + projection + ".bias");
  }
}
