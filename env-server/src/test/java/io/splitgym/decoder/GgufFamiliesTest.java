package io.splitgym.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.checkpoint.Checkpoint;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A small random model of each family in a GGUF file that llama.cpp reads to the same logits; see
 * {@code make_families_gguf.py}.
 */
class GgufFamiliesTest {
  private static Path resource(String name) throws URISyntaxException {
    return Path.of(GgufFamiliesTest.class.getResource("families-gguf/" + name).toURI());
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "llama-linear", "llama3", "qwen2", "qwen3", "gemma3", "gpt2"})
  void logitsAreThoseOfTransformers(String name) throws IOException, URISyntaxException {
    JsonNode expected = new ObjectMapper().readTree(resource(name + ".json").toFile());
    int[] tokens = new ObjectMapper().convertValue(expected.get("token_ids"), int[].class);
    double[][] logits = new ObjectMapper().convertValue(expected.get("logits"), double[][].class);
    try (Decoder decoder = Decoder.load(Checkpoint.open(resource(name + ".gguf")))) {
      float[] start = decoder.embed(new int[][] {tokens})[0];
      float[][] found = decoder.logits(start, tokens.length, 0);
      for (int place = 0; place < tokens.length; place++) {
        for (int id = 0; id < logits[place].length; id++) {
          assertThat((double) found[place][id])
              .as("logit of token %d at place %d", id, place)
              .isCloseTo(logits[place][id], within(1e-4));
        }
      }
    }
  }
}
