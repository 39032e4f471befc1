package io.splitgym.cli;

import io.splitgym.checkpoint.GgufFile;
import io.splitgym.checkpoint.GgufTensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a GGUF file says of itself, of whatever family it is. Null where it says nothing.
 *
 * @param name the model's name for itself
 * @param architecture the family, such as {@code llama}
 * @param parameters how many numbers its tensors hold
 * @param layers transformer layers
 * @param hidden the size of a hidden state
 * @param heads query heads
 * @param keyValueHeads heads of keys and values
 * @param feedForward the inner size of the feed-forward network
 * @param vocabulary the number of token ids
 * @param context the longest window, in tokens
 * @param ropeBase the base of rotary position embedding's wavelengths
 * @param tokenizer the tokenizer's kind and, after a slash, its pre-tokenizer
 * @param tensorTypes how many tensors there are of each type
 */
record ModelFacts(
    @Nullable String name,
    @Nullable String architecture,
    long parameters,
    @Nullable Long layers,
    @Nullable Long hidden,
    @Nullable Long heads,
    @Nullable Long keyValueHeads,
    @Nullable Long feedForward,
    @Nullable Integer vocabulary,
    @Nullable Long context,
    @Nullable Double ropeBase,
    @Nullable String tokenizer,
    Map<String, Integer> tensorTypes) {

  /**
   * Reads a file's header.
   *
   * @throws IOException if it can't be read or is no GGUF
   */
  static ModelFacts of(Path file) throws IOException {
    GgufFile gguf = GgufFile.open(file);
    String family = gguf.find("general.architecture", String.class).orElse("");
    Map<String, Integer> types = new TreeMap<>();
    long parameters = 0;
    for (GgufTensor tensor : gguf.tensors().values()) {
      types.merge(tensor.type().toString(), 1, Integer::sum);
      parameters += tensor.elements();
    }
    return new ModelFacts(
        gguf.find("general.name", String.class).orElse(null),
        family.isEmpty() ? null : family,
        parameters,
        whole(gguf, family + ".block_count"),
        whole(gguf, family + ".embedding_length"),
        whole(gguf, family + ".attention.head_count"),
        whole(gguf, family + ".attention.head_count_kv"),
        whole(gguf, family + ".feed_forward_length"),
        gguf.find("tokenizer.ggml.tokens", List.class).map(List::size).orElse(null),
        whole(gguf, family + ".context_length"),
        gguf.find(family + ".rope.freq_base", Double.class).orElse(null),
        gguf.find("tokenizer.ggml.model", String.class)
            .map(
                kind ->
                    gguf.find("tokenizer.ggml.pre", String.class)
                        .map(pre -> kind + "/" + pre)
                        .orElse(kind))
            .orElse(null),
        types);
  }

  private static @Nullable Long whole(GgufFile gguf, String key) {
    return gguf.find(key, Long.class).orElse(null);
  }
}
