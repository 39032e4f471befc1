package io.splitgym.perplexity;

import io.splitgym.checkpoint.hub.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An evaluation text.
 *
 * @param name a short name for people
 * @param text with LF line ends, whatever the file had
 */
public record Corpus(String name, String text) {
  /** The name of the text that comes with SplitGym. */
  public static final String SHIPPED = "splitgym-evaluation-text";

  private static final String RESOURCE = "evaluation-text.txt";

  public Corpus {
    text = text.replace("\r\n", "\n").replace('\r', '\n');
  }

  /** The text that was written for SplitGym: about 4,500 words of English prose of many kinds. */
  public static Corpus shipped() {
    try (InputStream stream = Corpus.class.getResourceAsStream(RESOURCE)) {
      if (stream == null) {
        throw new IllegalStateException("the jar lacks " + RESOURCE);
      }
      return new Corpus(SHIPPED, decode(RESOURCE, stream.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A text file of the user's.
   *
   * @throws IOException if it can't be read or isn't UTF-8
   */
  public static Corpus of(Path file) throws IOException {
    Path name = file.getFileName();
    String shortName = name == null ? file.toString() : name.toString();
    return new Corpus(shortName, decode(file.toString(), Files.readAllBytes(file)));
  }

  /** SHA-256 of the text as UTF-8, in hexadecimal: the same on every platform. */
  public String hash() {
    return Sha256.of(text.getBytes(StandardCharsets.UTF_8)).hex();
  }

  private static String decode(String name, byte[] bytes) throws IOException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new IOException(name + " isn't UTF-8", e);
    }
  }
}
