package io.splitgym.decoder;

import io.splitgym.checkpoint.GgufFile;
import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.List;

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
   * The shape that a file's metadata tells.
   *
   * @throws MalformedCheckpointException if the architecture isn't {@code llama}, or a number is
   *     missing or out of range
   */
  public static TransformerShape of(GgufFile file) throws MalformedCheckpointException {
    String architecture = file.text("general.architecture");
    if (!architecture.equals("llama")) {
      throw new MalformedCheckpointException(
          "general.architecture is " + architecture + ", must be llama");
    }
    int heads = file.count("llama.attention.head_count");
    try {
      return new TransformerShape(
          file.count("llama.block_count"),
          file.count("llama.embedding_length"),
          heads,
          file.find("llama.attention.head_count_kv", Long.class).isPresent()
              ? file.count("llama.attention.head_count_kv")
              : heads,
          file.count("llama.feed_forward_length"),
          file.find("tokenizer.ggml.tokens", List.class).map(List::size).orElse(0),
          file.count("llama.context_length"),
          file.find("llama.rope.freq_base", Double.class).isPresent()
              ? file.number("llama.rope.freq_base")
              : 10_000,
          file.number("llama.attention.layer_norm_rms_epsilon"));
    } catch (InvalidValueException e) {
      throw new MalformedCheckpointException("the model's shape is impossible: " + e.getMessage());
    }
  }
}
