package io.splitgym.tokenizer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.checkpoint.Metadata;
import io.splitgym.checkpoint.UnsupportedCheckpointException;
import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** GGUF's tokenizer metadata as the {@code tokenizer.json} of Hugging Face's tokenizers. */
abstract sealed class TokenizerDescription permits ByteLevelDescription, SentencePieceDescription {
  static final long NORMAL = 1;
  private static final long CONTROL = 3;
  private static final long USER_DEFINED = 4;

  /** Far above what any vocabulary has. */
  private static final int LONGEST_TOKEN = 4_096;

  private final Metadata metadata;

  TokenizerDescription(Metadata metadata) {
    this.metadata = metadata;
  }

  /**
   * @param rows of the model's embedding, at least as many as there are tokens
   * @throws UnsupportedCheckpointException naming the known kinds
   */
  static TokenizerDescription of(Metadata metadata, int rows)
      throws MalformedCheckpointException, UnsupportedCheckpointException {
    int tokens = metadata.texts("tokens").size();
    if (tokens < 1 || tokens > rows) {
      throw metadata.wrong(
          "tokens",
          "a list of " + tokens,
          "a list of 1 to " + rows + ", as many as the embedding has rows");
    }
    String model = metadata.text("model");
    return switch (model) {
      case "gpt2" -> new ByteLevelDescription(metadata);
      case "llama" -> new SentencePieceDescription(metadata);
      default -> throw metadata.unsupported("model", model, "gpt2 or llama");
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
      String token = tokens.get(id);
      if (token.length() > LONGEST_TOKEN) {
        throw metadata.wrong(
            "tokens",
            "a list whose text " + id + " has " + token.length() + " characters",
            "of at most " + LONGEST_TOKEN + " each");
      }
      vocabulary.put(token, id);
      long type = types.get(id);
      if (type == CONTROL || type == USER_DEFINED) {
        added
            .addObject()
            .put("id", id)
            .put("content", token)
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

  /**
   * The token that the model expects before every text, if it expects one.
   *
   * @throws MalformedCheckpointException if it expects one that isn't told or isn't there
   */
  final OptionalInt beginning() throws MalformedCheckpointException {
    if (!metadata.findFlag("add_bos_token").orElse(usuallyBegins())) {
      return OptionalInt.empty();
    }
    String key = "bos_token_id";
    int tokens = metadata.texts("tokens").size();
    OptionalLong id = metadata.findWhole(key);
    if (id.isEmpty() || id.getAsLong() < 0 || id.getAsLong() >= tokens) {
      throw metadata.wrong(
          key,
          id.isEmpty() ? "missing" : id.getAsLong(),
          "in [0, " + (tokens - 1) + "], as it begins every text");
    }
    return OptionalInt.of((int) id.getAsLong());
  }

  /** Whether llama.cpp puts a token before every text where the file doesn't say. */
  abstract boolean usuallyBegins();

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

  final void requireOneForEach(String key, List<?> values, List<String> tokens)
      throws MalformedCheckpointException {
    if (values.size() != tokens.size()) {
      throw metadata.wrong(key, values, "a list of one for each of " + tokens.size() + " tokens");
    }
  }
}
