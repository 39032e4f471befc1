package io.splitgym.cli;

import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.CheckpointTensor;
import io.splitgym.checkpoint.Excerpt;
import io.splitgym.checkpoint.Metadata;
import io.splitgym.checkpoint.TokenizerSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a GGUF file or a Hugging Face folder says of itself, of whatever family it is. Null where it
 * says nothing.
 *
 * @param name the model's name for itself
 * @param architecture the family, such as {@code llama}
 * @param parameters how many numbers its tensors hold
 * @param layers transformer layers
 * @param hidden the size of a hidden state
 * @param heads query heads
 * @param keyValueHeads heads of keys and values
 * @param headSize dimensions of one head
 * @param slidingWindow how many tokens local layers look back
 * @param feedForward the inner size of the feed-forward network
 * @param vocabulary the number of token ids
 * @param context the longest window, in tokens
 * @param ropeBase the base of rotary position embedding's wavelengths
 * @param tokenizer the tokenizer's kind and, after a slash, its pre-tokenizer
 * @param tensorTypes how many tensors there are of each type
 */
record ModelFacts(
    @Nullable String name,
    String architecture,
    long parameters,
    @Nullable Long layers,
    @Nullable Long hidden,
    @Nullable Long heads,
    @Nullable Long keyValueHeads,
    @Nullable Long headSize,
    @Nullable Long slidingWindow,
    @Nullable Long feedForward,
    @Nullable Integer vocabulary,
    @Nullable Long context,
    @Nullable Double ropeBase,
    @Nullable String tokenizer,
    Map<String, Integer> tensorTypes) {

  /**
   * Reads the headers.
   *
   * @throws IOException if they can't be read, or it is neither of the two formats
   */
  static ModelFacts of(Path path) throws IOException {
    Checkpoint checkpoint = Checkpoint.open(path);
    Metadata numbers = checkpoint.hyperparameters();
    Map<String, Integer> types = new TreeMap<>();
    long parameters = 0;
    for (CheckpointTensor tensor : checkpoint.tensors().values()) {
      types.merge(tensor.type().toString(), 1, Integer::sum);
      parameters += tensor.elements();
    }
    CheckpointTensor embedding = checkpoint.tensors().get(Checkpoint.EMBEDDING);
    return new ModelFacts(
        checkpoint.title().map(Excerpt::of).orElse(null),
        Excerpt.of(checkpoint.architecture()),
        parameters,
        whole(numbers, "block_count"),
        whole(numbers, "embedding_length"),
        whole(numbers, "attention.head_count"),
        whole(numbers, "attention.head_count_kv"),
        whole(numbers, "attention.key_length"),
        whole(numbers, "attention.sliding_window"),
        whole(numbers, "feed_forward_length"),
        embedding == null ? null : embedding.shape().get(0),
        whole(numbers, "context_length"),
        numbers.find("rope.freq_base", Double.class).orElse(null),
        tokenizer(checkpoint.tokenizer()),
        types);
  }

  private static @Nullable String tokenizer(TokenizerSource source) {
    if (source instanceof TokenizerSource.GgufMetadata gguf) {
      Metadata metadata = gguf.metadata();
      return metadata
          .find("model", String.class)
          .map(kind -> metadata.find("pre", String.class).map(pre -> kind + "/" + pre).orElse(kind))
          .map(Excerpt::of)
          .orElse(null);
    }
    return ((TokenizerSource.HuggingFaceJson) source).json().isPresent() ? "tokenizer.json" : null;
  }

  private static @Nullable Long whole(Metadata numbers, String key) {
    return numbers.find(key, Long.class).orElse(null);
  }
}
