package io.splitgym.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.UnsupportedCheckpointException;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Small random checkpoints of every family, here and in transformers; see {@code make_families.py}.
 */
class FamiliesAgreementTest {
  private static final double TOLERANCE = 1e-4;

  private static Path resource(String name) throws URISyntaxException {
    return Path.of(FamiliesAgreementTest.class.getResource("families/" + name).toURI());
  }

  /** Holds each row to within the tolerance of the expected row's length. */
  private static void assertRowsAgree(String what, float[] actual, JsonNode expected) {
    int width = expected.get(0).size();
    assertThat(actual).as(what).hasSize(expected.size() * width);
    for (int row = 0; row < expected.size(); row++) {
      double error = 0;
      double length = 0;
      for (int i = 0; i < width; i++) {
        double value = expected.get(row).get(i).asDouble();
        error += Math.pow(actual[row * width + i] - value, 2);
        length += value * value;
      }
      assertThat(Math.sqrt(error / length))
          .as("relative error of %s, token %d", what, row)
          .isLessThan(TOLERANCE);
    }
  }

  private static List<String> families() {
    return List.of(
        "llama",
        "llama-biases",
        "llama3",
        "llama-linear",
        "mistral",
        "qwen2",
        "qwen3",
        "gemma3",
        "gpt2");
  }

  @ParameterizedTest
  @MethodSource("families")
  void aFamilyIsTransformersAtEveryLayerBoundary(String name)
      throws IOException, URISyntaxException {
    ObjectMapper mapper = new ObjectMapper();
    JsonNode expected = mapper.readTree(resource(name + ".json").toFile());
    int[] tokens = mapper.convertValue(expected.get("token_ids"), int[].class);
    try (Decoder decoder = Decoder.load(Checkpoint.open(resource(name)))) {
      float[][] state = decoder.embed(new int[][] {tokens});
      JsonNode hidden = expected.get("hidden");
      assertRowsAgree("the embedding", state[0], hidden.get(0));
      for (int layer = 1; layer < hidden.size(); layer++) {
        state = decoder.run(state, tokens.length, layer - 1, layer);
        assertRowsAgree("layer " + layer, state[0], hidden.get(layer));
      }
      float[][] logits = decoder.logits(state[0], tokens.length, decoder.shape().layers());
      for (int i = 0; i < tokens.length; i++) {
        assertRowsAgree(
            "logits " + i, logits[i], mapper.createArrayNode().add(expected.get("logits").get(i)));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void aTextThatGrowsHasTheHiddenStatesOfTheWhole(String name)
      throws IOException, URISyntaxException {
    int[] tokens = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9};
    try (Decoder decoder = Decoder.load(Checkpoint.open(resource(name)))) {
      int layers = decoder.shape().layers();
      int hidden = decoder.shape().hidden();
      float[] whole = decoder.run(decoder.embed(new int[][] {tokens}), tokens.length, 0, layers)[0];
      try (GrowingText text = decoder.growing(0, layers, tokens.length)) {
        for (int next : new int[] {6, 7, 8, 10, 11, 12, 13, 14, 15}) {
          int first = text.length();
          int[] part = Arrays.copyOfRange(tokens, first, next);
          float[] grown = text.run(decoder.embed(part, first), part.length);
          float[] expected = Arrays.copyOfRange(whole, first * hidden, next * hidden);
          assertThat(grown)
              .as("tokens from place %d", first)
              .containsExactly(expected, within(1e-4f));
        }
      }
    }
  }

  @Test
  void tokensBeyondTheContextAreNotEmbedded() throws IOException, URISyntaxException {
    try (Decoder decoder = Decoder.load(Checkpoint.open(resource("gpt2")))) {
      assertThat(decoder.embed(new int[] {3, 1}, 62)).hasSize(2 * 16);
      assertThatThrownBy(() -> decoder.embed(new int[] {3, 1}, 63))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageContaining("first is 63");
    }
  }

  @Test
  void layersThatDoNotStayGiveTheSameBits() throws IOException, URISyntaxException {
    int[][] tokens = {{3, 1, 4, 1, 5}, {9, 2, 6, 5, 3}};
    try (Decoder staying = Decoder.load(Checkpoint.open(resource("gemma3")));
        Decoder passing = Decoder.load(Checkpoint.open(resource("gemma3")), Precision.F32, 0)) {
      float[][] start = staying.embed(tokens);
      float[][] losses = staying.losses(start, tokens, 0, 1);
      assertThat(passing.losses(start, tokens, 0, 1)).isDeepEqualTo(losses);
      List<Integer> several = List.of(0, 1, 2, 3);
      assertThat(several.parallelStream().map(each -> passing.losses(start, tokens, 0, 1)))
          .allSatisfy(each -> assertThat(each).isDeepEqualTo(losses));
    }
  }

  @Test
  void aTensorThatTheFamilyDoesNotHaveIsRefusedRatherThanLeftOut(@TempDir Path folder)
      throws IOException, URISyntaxException {
    for (String file : new String[] {"config.json", "model.safetensors"}) {
      Files.copy(resource("qwen3").resolve(file), folder.resolve(file));
    }
    Path config = folder.resolve("config.json");
    Files.writeString(config, Files.readString(config).replace("\"qwen3\"", "\"llama\""));
    Checkpoint checkpoint = Checkpoint.open(folder);
    assertThatThrownBy(() -> Decoder.load(checkpoint))
        .isInstanceOf(UnsupportedCheckpointException.class)
        .hasMessageContaining("attn_k_norm.weight")
        .hasMessageContaining("llama");
  }
}
