package io.splitgym.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.perplexity.LanguageModel;
import io.splitgym.split.EdgePart;
import io.splitgym.split.UserEquipmentPart;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A real model here against transformers in float32 on the same dequantised weights. The references
 * were made by {@code make_reference.py}, which lies beside them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ReferenceAgreement {
  private static final double LOGITS_TOLERANCE = 1e-3;

  final LanguageModel model;
  private final JsonNode reference;

  /**
   * @param name of the model; its reference is NAME-reference.json
   */
  ReferenceAgreement(String name, Path file) throws IOException {
    try (InputStream stream =
        ReferenceAgreement.class.getResourceAsStream(name + "-reference.json")) {
      this.reference = new ObjectMapper().readTree(stream);
    }
    String hash = reference.get("gguf_sha256").asText();
    this.model = LanguageModel.load(name, hash, file);
  }

  @AfterAll
  void close() {
    model.close();
  }

  final int[] passageTokens() {
    return integers(reference.get("passage").get("token_ids"));
  }

  @Test
  void theTokenizerAgrees() {
    String text = reference.get("passage").get("text").asText();
    int[] whole = passageTokens();
    int[] beginning = model.tokenizer().beginning().stream().toArray();
    int[] tokens = Arrays.copyOfRange(whole, beginning.length, whole.length);
    assertThat(Arrays.copyOf(whole, beginning.length)).isEqualTo(beginning);
    assertThat(model.tokenizer().encode(text)).isEqualTo(tokens);
    assertThat(model.tokenizer().decode(tokens)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5, 1})
  void logitsOfTheTwoPartsAgreeWhereverTheModelIsSplit(double depth) {
    int split = 1 + (int) (depth * (model.decoder().shape().layers() - 2));
    int[][] tokens = {passageTokens()};
    float[] hidden = new UserEquipmentPart(model.decoder(), split).hiddenStates(tokens)[0];
    float[][] logits = new EdgePart(model.decoder(), split).logits(hidden, tokens[0].length);

    JsonNode expected = reference.get("logits");
    int[] positions = integers(expected.get("positions"));
    int[] vocabulary = integers(expected.get("vocabulary_ids"));
    for (int i = 0; i < positions.length; i++) {
      for (int j = 0; j < vocabulary.length; j++) {
        assertThat((double) logits[positions[i]][vocabulary[j]])
            .as("logit of token %d at position %d", vocabulary[j], positions[i])
            .isCloseTo(expected.get("values").get(i).get(j).asDouble(), within(LOGITS_TOLERANCE));
      }
    }
    for (int i = 0; i < tokens[0].length; i++) {
      assertThat(likeliest(logits[i]))
          .as("likeliest token at position %d", i)
          .isEqualTo(reference.get("passage").get("top_ids").get(i).get(0).asInt());
    }
  }

  @Test
  void hiddenStatesAgreeAtEveryLayerBoundary() {
    JsonNode expected = reference.get("hidden");
    int[] tokens = passageTokens();
    int width = model.decoder().shape().hidden();
    float[][] state = model.decoder().embed(new int[][] {tokens});
    for (int layer = 0; layer <= model.decoder().shape().layers(); layer++) {
      if (layer > 0) {
        state = model.decoder().run(state, tokens.length, layer - 1, layer);
      }
      double sum = 0;
      for (int i = width; i < state[0].length; i++) {
        sum += (double) state[0][i] * state[0][i];
      }
      double afterFirst = expected.get("rms_after_first_token").get(layer).asDouble();
      assertThat(Math.sqrt(sum / (state[0].length - width)))
          .as("root mean square after layer %d", layer)
          .isCloseTo(afterFirst, within(1e-4 * afterFirst));
      JsonNode places = expected.get("places");
      for (int i = 0; i < places.size(); i++) {
        int place = places.get(i).get(0).asInt() * width + places.get(i).get(1).asInt();
        double value = expected.get("elements").get(layer).get(i).asDouble();
        assertThat((double) state[0][place])
            .as("element %s after layer %d", places.get(i), layer)
            .isCloseTo(value, within(1e-3 + 1e-4 * Math.abs(value)));
      }
    }
  }

  @Test
  void lossesAgreeTokenByToken() {
    int[][] tokens = {passageTokens()};
    float[] losses = model.decoder().losses(model.decoder().embed(tokens), tokens, 0, 1)[0];
    JsonNode expected = reference.get("passage").get("nll");
    assertThat(losses).hasSize(expected.size());
    for (int i = 0; i < losses.length; i++) {
      assertThat((double) losses[i]).isCloseTo(expected.get(i).asDouble(), within(1e-3));
    }
  }

  private static int likeliest(float[] logits) {
    return IntStream.range(0, logits.length)
        .reduce((best, id) -> logits[id] > logits[best] ? id : best)
        .orElseThrow();
  }

  private static int[] integers(JsonNode node) {
    return IntStream.range(0, node.size()).map(i -> node.get(i).asInt()).toArray();
  }
}
