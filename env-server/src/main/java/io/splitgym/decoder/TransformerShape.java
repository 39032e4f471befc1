package io.splitgym.decoder;

import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.CheckpointTensor;
import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.checkpoint.Metadata;
import io.splitgym.checkpoint.UnsupportedCheckpointException;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;

/**
 * The dimensions of a decoder.
 *
 * @param layers L, the number of transformer layers
 * @param hidden D, the size of a hidden state
 * @param heads query heads
 * @param keyValueHeads heads of keys and values, each shared by {@code heads / keyValueHeads} query
 *     heads
 * @param headSize dimensions of one head, an even number
 * @param feedForward the inner size of the feed-forward network
 * @param gated whether that network has a gate, a third matrix
 * @param vocabulary V, the number of token ids
 * @param context the longest window the model was trained for, in tokens
 */
public record TransformerShape(
    int layers,
    int hidden,
    int heads,
    int keyValueHeads,
    int headSize,
    int feedForward,
    boolean gated,
    int vocabulary,
    int context) {
  public TransformerShape {
    Require.inRange("layers", layers, 2, 10_000);
    if (headSize % 2 != 0) {
      throw new InvalidValueException("head size", headSize, "even");
    }
    Require.inRange("heads", heads, 1, Integer.MAX_VALUE / headSize);
    if (heads % keyValueHeads != 0) {
      throw new InvalidValueException("heads", heads, "a multiple of " + keyValueHeads);
    }
  }

  /**
   * The shape of a checkpoint's decoder.
   *
   * @throws UnsupportedCheckpointException if its family isn't known, or its positions are scaled
   *     in an unknown way
   * @throws MalformedCheckpointException if a number is missing or out of range
   */
  public static TransformerShape of(Checkpoint checkpoint)
      throws MalformedCheckpointException, UnsupportedCheckpointException {
    return Blueprint.of(checkpoint).shape();
  }

  static TransformerShape of(Checkpoint checkpoint, boolean gated)
      throws MalformedCheckpointException, UnsupportedCheckpointException {
    Metadata numbers = checkpoint.hyperparameters();
    int heads = numbers.count("attention.head_count");
    int hidden = numbers.count("embedding_length");
    CheckpointTensor embedding = checkpoint.tensors().get(Checkpoint.EMBEDDING);
    if (embedding == null || embedding.shape().size() != 2) {
      throw new MalformedCheckpointException(
          checkpoint.path() + ": token_embd.weight is missing or no matrix");
    }
    try {
      return new TransformerShape(
          numbers.count("block_count"),
          hidden,
          heads,
          numbers.findCount("attention.head_count_kv").orElse(heads),
          headSize(numbers, hidden, heads),
          numbers.count("feed_forward_length"),
          gated,
          embedding.shape().get(0),
          numbers.count("context_length"));
    } catch (InvalidValueException e) {
      throw new MalformedCheckpointException(
          checkpoint.path() + ": the model's shape is impossible: " + e.getMessage());
    }
  }

  private static int headSize(Metadata numbers, int hidden, int heads)
      throws MalformedCheckpointException {
    String key = "attention.key_length";
    if (numbers.findCount(key).isEmpty()) {
      if (hidden % heads != 0) {
        throw new InvalidValueException("hidden", hidden, "a multiple of the " + heads + " heads");
      }
      return hidden / heads;
    }
    int size = numbers.count(key);
    int values = numbers.findCount("attention.value_length").orElse(size);
    if (values != size) {
      throw numbers.wrong("attention.value_length", values, "the keys' " + size);
    }
    return size;
  }
}
