package io.splitgym.perplexity;

import io.splitgym.checkpoint.GgufFile;
import io.splitgym.decoder.Decoder;
import io.splitgym.tokenizer.TextTokenizer;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A real LLM, loaded: tokenizer and decoder.
 *
 * @param name what people call it
 * @param hash SHA-256 of its file, in hexadecimal
 */
public record LanguageModel(String name, String hash, TextTokenizer tokenizer, Decoder decoder)
    implements AutoCloseable {

  /**
   * Loads a GGUF file.
   *
   * @param hash SHA-256 of the file, which the caller has checked
   * @throws io.splitgym.checkpoint.MalformedCheckpointException if the file isn't a LLaMA-family
   *     GGUF with a tokenizer that is known here
   */
  public static LanguageModel load(String name, String hash, Path file) throws IOException {
    GgufFile gguf = GgufFile.open(file);
    TextTokenizer tokenizer = TextTokenizer.of(gguf);
    try {
      return new LanguageModel(name, hash, tokenizer, Decoder.load(gguf));
    } catch (IOException | RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  @Override
  public void close() {
    tokenizer.close();
    decoder.close();
  }
}
