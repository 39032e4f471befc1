package io.splitgym.checkpoint;

import java.nio.file.Path;
import java.util.Optional;

/** What a checkpoint says of its tokenizer. */
public sealed interface TokenizerSource {
  /**
   * GGUF's metadata.
   *
   * @param metadata the keys after {@code tokenizer.ggml.}: model, pre, tokens, token_type, scores,
   *     merges, bos_token_id, add_bos_token and others
   */
  record GgufMetadata(Metadata metadata) implements TokenizerSource {}

  /**
   * The file of Hugging Face's tokenizers.
   *
   * @param json {@code tokenizer.json}; absent where the folder has none
   * @param beginning the text of the token that stands for a text's begin, if the folder names one
   * @param addBeginning whether it is put before every text, if the folder says; otherwise the
   *     file's own post-processor tells
   */
  record HuggingFaceJson(
      Optional<Path> json, Optional<String> beginning, Optional<Boolean> addBeginning)
      implements TokenizerSource {}
}
