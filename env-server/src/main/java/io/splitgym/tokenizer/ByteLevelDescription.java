package io.splitgym.tokenizer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.splitgym.checkpoint.Excerpt;
import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.checkpoint.Metadata;
import io.splitgym.checkpoint.UnsupportedCheckpointException;
import java.util.Map;

/**
 * Byte-level BPE, GGUF's model {@code gpt2}, with a pre-tokenizer of its own for each family. Their
 * patterns are those of the families' own {@code tokenizer.json}, which llama.cpp follows.
 */
final class ByteLevelDescription extends TokenizerDescription {
  private static final String LLAMA_3 = "llama-bpe";
  private static final String CONTRACTIONS_AND_WORDS =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|";
  private static final String SYMBOLS_AND_SPACES =
      "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  /** What splits a text before bytes are merged, where it is one pattern. */
  private static final Map<String, String> PATTERNS =
      Map.of(
          LLAMA_3,
          CONTRACTIONS_AND_WORDS + "\\p{N}{1,3}" + SYMBOLS_AND_SPACES,
          "qwen2",
          CONTRACTIONS_AND_WORDS + "\\p{N}" + SYMBOLS_AND_SPACES);

  private final String preTokenizer;

  ByteLevelDescription(Metadata metadata)
      throws MalformedCheckpointException, UnsupportedCheckpointException {
    super(metadata);
    this.preTokenizer = metadata.text("pre");
    if (!PATTERNS.containsKey(preTokenizer)
        && !preTokenizer.equals("smollm")
        && !preTokenizer.equals("gpt-2")) {
      throw metadata.unsupported("pre", preTokenizer, "gpt-2, llama-bpe, qwen2 or smollm");
    }
  }

  @Override
  boolean usuallyBegins() {
    return preTokenizer.equals(LLAMA_3);
  }

  @Override
  void describe(ObjectNode root, ObjectNode vocabulary) throws MalformedCheckpointException {
    root.putNull("normalizer");
    ArrayNode steps =
        root.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
    String pattern = PATTERNS.get(preTokenizer);
    if (pattern != null) {
      steps
          .addObject()
          .put("type", "Split")
          .put("behavior", "Isolated")
          .put("invert", false)
          .putObject("pattern")
          .put("Regex", pattern);
    } else if (preTokenizer.equals("smollm")) {
      steps.addObject().put("type", "Digits").put("individual_digits", true);
    }
    byteLevel(steps.addObject(), pattern == null);
    byteLevel(root.putObject("decoder"), true);

    ObjectNode model = root.putObject("model").put("type", "BPE");
    model.putNull("dropout").putNull("unk_token");
    // LLaMA 3 takes a word that is a token as it is, whatever merges would make of it
    model
        .put("fuse_unk", false)
        .put("byte_fallback", false)
        .put("ignore_merges", preTokenizer.equals(LLAMA_3));
    model.set("vocab", vocabulary);
    ArrayNode merges = model.putArray("merges");
    for (String pair : metadata().texts("merges")) {
      requireTokens(pair, vocabulary);
      merges.add(pair);
    }
  }

  private void requireTokens(String pair, ObjectNode vocabulary)
      throws MalformedCheckpointException {
    int space = pair.indexOf(' ');
    if (space < 0
        || !vocabulary.has(pair.substring(0, space))
        || !vocabulary.has(pair.substring(space + 1))
        || !vocabulary.has(pair.substring(0, space) + pair.substring(space + 1))) {
      throw metadata()
          .wrong(
              "merges",
              "a list with \"" + Excerpt.of(pair) + "\"",
              "a list of two tokens each, with a space between them, that make a third");
    }
  }

  private static void byteLevel(ObjectNode node, boolean splits) {
    node.put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", splits);
  }
}
