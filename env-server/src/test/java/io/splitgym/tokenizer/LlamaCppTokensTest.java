package io.splitgym.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.checkpoint.Checkpoint;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokenizers of GGUF files give llama.cpp's ids; see {@code make_gguf_tokenizers.py}. */
class LlamaCppTokensTest {
  private static Path resource(String name) throws URISyntaxException {
    return Path.of(LlamaCppTokensTest.class.getResource("gguf/" + name).toURI());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt-2",
        "llama-bpe",
        "qwen2",
        "smollm",
        "sentencepiece",
        "sentencepiece-no-prefix"
      })
  void aPassageOfManyKindsOfCharactersHasItsTokens(String name)
      throws IOException, URISyntaxException {
    JsonNode expected = new ObjectMapper().readTree(resource("ids.json").toFile());
    int[] ids = new ObjectMapper().convertValue(expected.get("ids").get(name), int[].class);
    String passage = expected.get("passage").textValue();
    try (TextTokenizer tokenizer = TextTokenizer.of(Checkpoint.open(resource(name + ".gguf")))) {
      assertThat(tokenizer.encode(passage)).containsExactly(ids);
      assertThat(tokenizer.decode(ids).stripLeading()).isEqualTo(passage);
    }
  }
}
