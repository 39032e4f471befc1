package io.splitgym.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.CheckpointTensor;
import io.splitgym.checkpoint.Excerpt;
import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.checkpoint.TokenizerSource;
import io.splitgym.validation.InvalidValueException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;

/** A model's own tokenizer. Adds no special tokens, truncates nothing, pads nothing. */
public final class TextTokenizer implements AutoCloseable {
  private static final Map<String, String> NOTHING_EXTRA =
      Map.of("truncation", "false", "padding", "false");

  private final HuggingFaceTokenizer tokenizer;
  private final OptionalInt beginning;

  private TextTokenizer(HuggingFaceTokenizer tokenizer, OptionalInt beginning) {
    this.tokenizer = tokenizer;
    this.beginning = beginning;
  }

  /**
   * A checkpoint's own tokenizer.
   *
   * @throws io.splitgym.checkpoint.UnsupportedCheckpointException if GGUF metadata describes a
   *     tokenizer that isn't known here
   * @throws MalformedCheckpointException if what describes it is missing, contradicts itself or has
   *     tokens that the model has no embedding for
   */
  public static TextTokenizer of(Checkpoint checkpoint) throws IOException {
    CheckpointTensor embedding = checkpoint.tensors().get(Checkpoint.EMBEDDING);
    if (embedding == null) {
      throw new MalformedCheckpointException(
          checkpoint.path() + ": tensor " + Checkpoint.EMBEDDING + " is missing");
    }
    int rows = embedding.shape().get(0);
    if (checkpoint.tokenizer() instanceof TokenizerSource.GgufMetadata gguf) {
      TokenizerDescription description = TokenizerDescription.of(gguf.metadata(), rows);
      OptionalInt beginning = description.beginning();
      InputStream json = new ByteArrayInputStream(description.toJson());
      return new TextTokenizer(tokenizer(checkpoint.path(), json), beginning);
    }
    return of(checkpoint.path(), (TokenizerSource.HuggingFaceJson) checkpoint.tokenizer(), rows);
  }

  private static TextTokenizer of(Path folder, TokenizerSource.HuggingFaceJson source, int rows)
      throws IOException {
    Path json =
        source
            .json()
            .orElseThrow(
                () -> new MalformedCheckpointException(folder + ": tokenizer.json is missing"));
    TokenizerFile.check(json, rows);
    HuggingFaceTokenizer tokenizer;
    try (InputStream stream = Files.newInputStream(json)) {
      tokenizer = tokenizer(json, stream);
    }
    try {
      return new TextTokenizer(tokenizer, beginning(json, source, tokenizer, rows));
    } catch (IOException | RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  private static HuggingFaceTokenizer tokenizer(Path origin, InputStream json) throws IOException {
    try {
      return HuggingFaceTokenizer.newInstance(json, NOTHING_EXTRA);
    } catch (RuntimeException e) {
      throw new MalformedCheckpointException(
          origin + ": what it says of its tokenizer makes none: " + e.getMessage());
    }
  }

  private static OptionalInt beginning(
      Path json, TokenizerSource.HuggingFaceJson source, HuggingFaceTokenizer tokenizer, int rows)
      throws MalformedCheckpointException {
    if (source.addBeginning().isPresent()) {
      if (!source.addBeginning().get()) {
        return OptionalInt.empty();
      }
      String text =
          source
              .beginning()
              .orElseThrow(
                  () ->
                      new MalformedCheckpointException(
                          json.getParent()
                              + ": bos_token is missing, must be there, as add_bos_token is true"));
      long[] ids = ids(json, tokenizer, text, false);
      if (ids.length != 1) {
        throw new MalformedCheckpointException(
            json.getParent() + ": bos_token is " + Excerpt.of(text) + ", must be one token");
      }
      return OptionalInt.of(embedded(json, ids[0], rows));
    }
    long[] plain = ids(json, tokenizer, "a", false);
    long[] dressed = ids(json, tokenizer, "a", true);
    return dressed.length > plain.length && plain.length > 0 && dressed[0] != plain[0]
        ? OptionalInt.of(embedded(json, dressed[0], rows))
        : OptionalInt.empty();
  }

  private static int embedded(Path json, long id, int rows) throws MalformedCheckpointException {
    if (id < 0 || id >= rows) {
      throw new MalformedCheckpointException(
          json + ": a text begins with the id " + id + ", must be in [0, " + (rows - 1) + "]");
    }
    return (int) id;
  }

  private static long[] ids(Path json, HuggingFaceTokenizer tokenizer, String text, boolean dressed)
      throws MalformedCheckpointException {
    try {
      return tokenizer.encode(text, dressed, false).getIds();
    } catch (RuntimeException e) {
      throw new MalformedCheckpointException(
          json + ": what it says makes no tokens of " + Excerpt.of(text) + ": " + e.getMessage());
    }
  }

  /** The token that the model expects before every text, if it expects one. */
  public OptionalInt beginning() {
    return beginning;
  }

  /**
   * The ids of a text's tokens.
   *
   * @throws InvalidValueException if it has something that there is no token for, not even one for
   *     what is unknown
   */
  public int[] encode(String text) {
    long[] ids;
    try {
      ids = tokenizer.encode(text, false, false).getIds();
    } catch (RuntimeException e) {
      throw new InvalidValueException(
          "text", Excerpt.of(text), "one that the model has tokens for: " + e.getMessage());
    }
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
