package io.splitgym.tokenizer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.checkpoint.Metadata;
import io.splitgym.checkpoint.UnsupportedCheckpointException;
import java.io.IOException;
import java.util.List;

/**
 * GGUF's tokenizer metadata as the {@code tokenizer.json} of Hugging Face's tokenizers: byte-level
 * BPE, digits split off one by one, as llama.cpp does for the pre-tokenizer {@code smollm}.
 */
final class TokenizerDescription {
  private static final long CONTROL = 3;
  private static final long USER_DEFINED = 4;

  private final Metadata metadata;

  TokenizerDescription(Metadata metadata) {
    this.metadata = metadata;
  }

  byte[] toJson() throws IOException {
    require("model", "gpt2");
    require("pre", "smollm");
    List<String> tokens = metadata.texts("tokens");
    List<Long> types = metadata.wholeNumbers("token_type");
    if (types.size() != tokens.size()) {
      throw new MalformedCheckpointException(
          "tokenizer.ggml.token_type has "
              + types.size()
              + " entries, must have one for each of "
              + tokens.size()
              + " tokens");
    }
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    root.put("version", "1.0");
    root.putNull("truncation").putNull("padding").putNull("normalizer").putNull("post_processor");

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

    ObjectNode preTokenizer = root.putObject("pre_tokenizer").put("type", "Sequence");
    ArrayNode steps = preTokenizer.putArray("pretokenizers");
    steps.addObject().put("type", "Digits").put("individual_digits", true);
    byteLevel(steps.addObject());
    byteLevel(root.putObject("decoder"));

    ObjectNode model = root.putObject("model").put("type", "BPE");
    model.putNull("dropout").putNull("unk_token");
    model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
    model.set("vocab", vocabulary);
    ArrayNode merges = model.putArray("merges");
    metadata.texts("merges").forEach(merges::add);
    return mapper.writeValueAsBytes(root);
  }

  private static void byteLevel(ObjectNode node) {
    node.put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", true);
  }

  private void require(String key, String known)
      throws MalformedCheckpointException, UnsupportedCheckpointException {
    String value = metadata.text(key);
    if (!value.equals(known)) {
      throw new UnsupportedCheckpointException(
          "tokenizer.ggml." + key + " is " + value + ", must be " + known);
    }
  }
}
