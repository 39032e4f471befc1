package io.splitgym.perplexity;

import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.decoder.Decoder;
import io.splitgym.decoder.Precision;
import io.splitgym.decoder.TransformerShape;
import io.splitgym.tokenizer.TextTokenizer;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A real LLM, loaded: tokenizer and decoder.
 *
 * @param name what people call it
 * @param hash SHA-256 of its file or files, in hexadecimal
 */
public record LanguageModel(String name, String hash, TextTokenizer tokenizer, Decoder decoder)
    implements AutoCloseable {

  /** As {@link #load(String, String, Path, Precision)}, in float32. */
  public static LanguageModel load(String name, String hash, Path path) throws IOException {
    return load(name, hash, path, Precision.F32);
  }

  /**
   * Loads a GGUF file or a Hugging Face folder.
   *
   * @param hash SHA-256 of the file, which the caller has checked
   * @throws io.splitgym.checkpoint.UnsupportedCheckpointException if the family or the tokenizer
   *     isn't known here
   * @throws io.splitgym.checkpoint.MalformedCheckpointException if something is missing or wrong
   */
  public static LanguageModel load(String name, String hash, Path path, Precision precision)
      throws IOException {
    Checkpoint checkpoint = Checkpoint.open(path);
    // first, as it is quick to tell, and says more than that a family's tokenizer isn't known
    TransformerShape.of(checkpoint);
    TextTokenizer tokenizer = TextTokenizer.of(checkpoint);
    try {
      return new LanguageModel(name, hash, tokenizer, Decoder.load(checkpoint, precision));
    } catch (IOException | RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  /**
   * How many tokens of a text a window has room for: all, but one where the model expects a token
   * of its own before every text.
   *
   * @param window tokens in a window
   */
  public int room(int window) {
    return Window.room(tokenizer.beginning(), window);
  }

  @Override
  public void close() {
    tokenizer.close();
    decoder.close();
  }
}
