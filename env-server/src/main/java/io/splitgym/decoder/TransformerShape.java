package io.splitgym.decoder;

import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.CheckpointTensor;
import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.checkpoint.Metadata;
import io.splitgym.checkpoint.UnsupportedCheckpointException;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.io.IOException;

/**
 * The dimensions of a decoder of the LLaMA family.
 *
 * @param layers L, the number of transformer layers
 * @param hidden D, the size of a hidden state
 * @param heads query heads; each has {@code hidden / heads} dimensions
 * @param keyValueHeads heads of keys and values, each shared by {@code heads / keyValueHeads} query
 *     heads
 * @param feedForward the inner size of the feed-forward network
 * @param vocabulary V, the number of token ids
 * @param context the longest window the model was trained for, in tokens
 * @param ropeBase the base of rotary position embedding's wavelengths
 * @param normEpsilon what RMSNorm adds to the mean square
 */
public record TransformerShape(
    int layers,
    int hidden,
    int heads,
    int keyValueHeads,
    int feedForward,
    int vocabulary,
    int context,
    double ropeBase,
    double normEpsilon) {
  private static final double DEFAULT_ROPE_BASE = 10_000;

  public TransformerShape {
    Require.inRange("layers", layers, 2, 10_000);
    if (hidden % heads != 0 || hidden / heads % 2 != 0) {
      throw new InvalidValueException(
          "hidden", hidden, "a multiple of the " + heads + " heads, with an even size for each");
    }
    if (heads % keyValueHeads != 0) {
      throw new InvalidValueException("heads", heads, "a multiple of " + keyValueHeads);
    }
  }

  /** Dimensions of one head. */
  public int headSize() {
    return hidden / heads;
  }

  /**
   * The shape that a checkpoint tells.
   *
   * @throws UnsupportedCheckpointException if the architecture isn't {@code llama}, or its
   *     positions are scaled
   * @throws MalformedCheckpointException if a number is missing or out of range
   */
  public static TransformerShape of(Checkpoint checkpoint) throws IOException {
    if (!checkpoint.architecture().equals("llama")) {
      throw new UnsupportedCheckpointException(
          "the architecture is "
              + checkpoint.architecture()
              + ", which can't be evaluated yet; must be llama");
    }
    Metadata numbers = checkpoint.hyperparameters();
    String scaling = numbers.find("rope.scaling.type", String.class).orElse("none");
    if (!scaling.equals("none") || checkpoint.tensors().containsKey("rope_freqs.weight")) {
      throw new UnsupportedCheckpointException(
          "the rotary positions are scaled, which can't be evaluated yet");
    }
    for (String name : checkpoint.tensors().keySet()) {
      if (name.endsWith(".bias")) {
        throw new UnsupportedCheckpointException(
            "there is a tensor " + name + ", but layers with biases can't be evaluated yet");
      }
    }
    int heads = numbers.count("attention.head_count");
    CheckpointTensor embedding = checkpoint.tensors().get("token_embd.weight");
    if (embedding == null || embedding.shape().size() != 2) {
      throw new MalformedCheckpointException(
          checkpoint.path() + ": token_embd.weight is missing or no matrix");
    }
    try {
      return new TransformerShape(
          numbers.count("block_count"),
          numbers.count("embedding_length"),
          heads,
          numbers.findCount("attention.head_count_kv").orElse(heads),
          numbers.count("feed_forward_length"),
          embedding.shape().get(0),
          numbers.count("context_length"),
          numbers.findNumber("rope.freq_base").orElse(DEFAULT_ROPE_BASE),
          numbers.number("attention.layer_norm_rms_epsilon"));
    } catch (InvalidValueException e) {
      throw new MalformedCheckpointException(
          checkpoint.path() + ": the model's shape is impossible: " + e.getMessage());
    }
  }
}
