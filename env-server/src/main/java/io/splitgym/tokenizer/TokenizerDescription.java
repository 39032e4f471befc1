package io.splitgym.tokenizer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.checkpoint.Metadata;
import io.splitgym.checkpoint.UnsupportedCheckpointException;
import java.io.IOException;
import java.util.List;

/** GGUF's tokenizer metadata as the {@code tokenizer.json} of Hugging Face's tokenizers. */
abstract sealed class TokenizerDescription permits ByteLevelDescription, SentencePieceDescription {
  static final long NORMAL = 1;
  private static final long CONTROL = 3;
  private static final long USER_DEFINED = 4;

  private final Metadata metadata;

  TokenizerDescription(Metadata metadata) {
    this.metadata = metadata;
  }

  /**
   * @throws UnsupportedCheckpointException naming the known kinds
   */
  static TokenizerDescription of(Metadata metadata)
      throws MalformedCheckpointException, UnsupportedCheckpointException {
    String model = metadata.text("model");
    return switch (model) {
      case "gpt2" -> new ByteLevelDescription(metadata);
      case "llama" -> new SentencePieceDescription(metadata);
      default ->
          throw new UnsupportedCheckpointException(
              "tokenizer.ggml.model is " + model + ", must be gpt2 or llama");
    };
  }

  final byte[] toJson() throws IOException {
    List<String> tokens = metadata.texts("tokens");
    List<Long> types = types(tokens);
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    root.put("version", "1.0");
    root.putNull("truncation").putNull("padding").putNull("post_processor");
    ArrayNode added = root.putArray("added_tokens");
    ObjectNode vocabulary = mapper.createObjectNode();
    for (int id = 0; id < tokens.size(); id++) {
      vocabulary.put(tokens.get(id), id);
      long type = types.get(id);
      if (type == CONTROL || type == USER_DEFINED) {
        added
            .addObject()
            .put("id", id)
            .put("content", tokens.get(id))
            .put("single_word", false)
            .put("lstrip", false)
            .put("rstrip", false)
            .put("normalized", false)
            .put("special", type == CONTROL);
      }
    }
    describe(root, vocabulary);
    return mapper.writeValueAsBytes(root);
  }

  /** Adds normalizer, pre-tokenizer, decoder and model. */
  abstract void describe(ObjectNode root, ObjectNode vocabulary)
      throws MalformedCheckpointException;

  final Metadata metadata() {
    return metadata;
  }

  final List<Long> types(List<String> tokens) throws MalformedCheckpointException {
    List<Long> types = metadata.wholeNumbers("token_type");
    requireOneForEach("token_type", types, tokens);
    return types;
  }

  static void requireOneForEach(String key, List<?> values, List<String> tokens)
      throws MalformedCheckpointException {
    if (values.size() != tokens.size()) {
      throw new MalformedCheckpointException(
          "tokenizer.ggml."
              + key
              + " has "
              + values.size()
              + " entries, must have one for each of "
              + tokens.size()
              + " tokens");
    }
  }
}
