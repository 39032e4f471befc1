package io.splitgym.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.EditedGguf;
import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.checkpoint.UnsupportedCheckpointException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GgufTokenizerTest {
  private static final String KEY = "tokenizer.ggml.";

  @TempDir private Path folder;

  private static EditedGguf file() throws IOException, URISyntaxException {
    return EditedGguf.of(
        Path.of(Checkpoint.class.getResource("/io/splitgym/decoder/tiny-llama.gguf").toURI()));
  }

  private TextTokenizer tokenizer(EditedGguf edited) throws IOException {
    return TextTokenizer.of(Checkpoint.open(edited.write(folder.resolve("edited.gguf"))));
  }

  private void refuses(EditedGguf edited, String message) {
    assertThatThrownBy(() -> tokenizer(edited))
        .isInstanceOf(MalformedCheckpointException.class)
        .hasMessageContaining("edited.gguf: ")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({"llama-bpe, 0", "smollm, -1", "gpt-2, -1", "qwen2, -1"})
  void whereTheFileDoesNotSayWhetherATokenBeginsATextThePreTokenizerTells(String pre, int token)
      throws IOException, URISyntaxException {
    EditedGguf edited = file().with(KEY + "pre", pre).without(KEY + "add_bos_token");
    try (TextTokenizer tokenizer = tokenizer(edited)) {
      assertThat(tokenizer.beginning().orElse(-1)).isEqualTo(token);
    }
    try (TextTokenizer tokenizer = tokenizer(edited.with(KEY + "add_bos_token", false))) {
      assertThat(tokenizer.beginning()).isEqualTo(OptionalInt.empty());
    }
  }

  @Test
  void sentencePieceBeginsATextWhereTheFileDoesNotSay() throws IOException, URISyntaxException {
    EditedGguf edited = file().with(KEY + "model", "llama").without(KEY + "add_bos_token");
    refuses(edited.without(KEY + "bos_token_id"), "tokenizer.ggml.bos_token_id is missing");
    refuses(edited.with(KEY + "bos_token_id", 2), "tokenizer.ggml.scores is missing");
  }

  @Test
  void theTokenThatBeginsATextIsOneOfTheTokens() throws IOException, URISyntaxException {
    refuses(
        file().with(KEY + "bos_token_id", 1_000_000_000),
        "bos_token_id is 1000000000, must be in [0, 271]");
    refuses(file().with(KEY + "bos_token_id", "a"), "bos_token_id is a, must be a whole number");
    refuses(file().with(KEY + "add_bos_token", 1), "add_bos_token is 1, must be true or false");
  }

  @ParameterizedTest
  @ValueSource(strings = {"zz yy", "zzyy", "h zz", "e h", "a b c", ""})
  void mergesAreOfTokensThatMakeAThird(String merge) throws IOException, URISyntaxException {
    refuses(
        file().with(KEY + "merges", List.of("h e", merge)),
        "tokenizer.ggml.merges is a list with \"" + merge + "\", must be a list of two tokens");
  }

  @Test
  void thereIsAnEmbeddingForEachToken() throws IOException, URISyntaxException {
    refuses(
        file().with(KEY + "tokens", Collections.nCopies(273, "a")),
        "tokenizer.ggml.tokens is a list of 273, must be a list of 1 to 272");
    refuses(file().with(KEY + "tokens", List.of()), "tokens is a list of 0");
    refuses(
        file().with(KEY + "tokens", Collections.nCopies(200, "a")),
        "token_type is a list of 272, must be a list of one for each of 200 tokens");
    List<String> tokens = new ArrayList<>(Collections.nCopies(271, "a"));
    tokens.add("b".repeat(5_000));
    refuses(file().with(KEY + "tokens", tokens), "a list whose text 271 has 5000 characters");
  }

  @Test
  void anUnknownKindNamesTheFile() throws IOException, URISyntaxException {
    EditedGguf edited = file().with(KEY + "model", "bert");
    assertThatThrownBy(() -> tokenizer(edited))
        .isInstanceOf(UnsupportedCheckpointException.class)
        .hasMessageContaining("edited.gguf: tokenizer.ggml.model is bert, must be gpt2 or llama");
    edited.with(KEY + "model", "gpt2").with(KEY + "pre", "zzz");
    assertThatThrownBy(() -> tokenizer(edited))
        .hasMessageContaining("edited.gguf: tokenizer.ggml.pre is zzz, must be gpt-2,");
  }
}
