package io.splitgym.tokenizer;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.splitgym.checkpoint.GgufFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;

/** A model's own tokenizer. Adds no special tokens, truncates nothing, pads nothing. */
public final class TextTokenizer implements AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;

  private TextTokenizer(HuggingFaceTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /**
   * The tokenizer that a GGUF file carries in its metadata.
   *
   * @throws io.splitgym.checkpoint.MalformedCheckpointException if the metadata describes no
   *     tokenizer that is known here
   */
  public static TextTokenizer of(GgufFile file) throws IOException {
    byte[] json = new TokenizerDescription(file).toJson();
    return new TextTokenizer(
        HuggingFaceTokenizer.newInstance(
            new ByteArrayInputStream(json), Map.of("truncation", "false", "padding", "false")));
  }

  /** The ids of a text's tokens. */
  public int[] encode(String text) {
    Encoding encoding = tokenizer.encode(text, false, false);
    long[] ids = encoding.getIds();
    int[] tokens = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      tokens[i] = Math.toIntExact(ids[i]);
    }
    return tokens;
  }

  /** The text of token ids, special tokens included. */
  public String decode(int[] tokens) {
    long[] ids = new long[tokens.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = tokens[i];
    }
    return tokenizer.decode(ids, false);
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
