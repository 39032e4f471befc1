package io.splitgym.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.channel.Transmission;
import io.splitgym.checkpoint.hub.RealModel;
import io.splitgym.perplexity.Corpus;
import io.splitgym.perplexity.HiddenStateBounds;
import io.splitgym.perplexity.LanguageModel;
import io.splitgym.perplexity.LlmEvaluator;
import io.splitgym.perplexity.WindowLosses;
import io.splitgym.split.EdgePart;
import io.splitgym.split.UserEquipmentPart;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * SmolLM2-135M here against transformers in float32 on the same dequantised weights. The reference
 * was made by {@code make_reference.py}, which lies beside it.
 */
class ReferenceAgreementTest {
  private static final double LOGITS_TOLERANCE = 1e-3;

  private static JsonNode reference;
  private static LanguageModel model;

  @BeforeAll
  static void load() throws IOException {
    try (InputStream stream =
        ReferenceAgreementTest.class.getResourceAsStream("smollm2-135m-reference.json")) {
      reference = new ObjectMapper().readTree(stream);
    }
    String hash = reference.get("gguf_sha256").asText();
    model = LanguageModel.load("smollm2-135m", hash, RealModel.smollm2());
  }

  @AfterAll
  static void close() {
    if (model != null) {
      model.close();
    }
  }

  private static int[] passageTokens() {
    return integers(reference.get("passage").get("token_ids"));
  }

  @Test
  void theTokenizerAgrees() {
    String text = reference.get("passage").get("text").asText();
    assertThat(model.tokenizer().encode(text)).isEqualTo(passageTokens());
    assertThat(model.tokenizer().decode(passageTokens())).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 15, 29})
  void logitsOfTheTwoPartsAgreeWhereverTheModelIsSplit(int split) {
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

  @Test
  void noiseAndLossesAreTheSameBitsOnAnyNumberOfThreads() {
    Corpus corpus = Corpus.shipped();
    Transmission noisy =
        new Transmission.AtState(
            io.splitgym.channel.FadingAwgn.ofUnit(8), new io.splitgym.channel.ChannelState(0.2, 1));
    WindowLosses one;
    WindowLosses three;
    WindowLosses fromTheStart;
    try (LlmEvaluator alone =
            new LlmEvaluator(
                model, corpus, 64, 64, 1500, 1, new HiddenStateBounds(1 << 20, 1 << 30));
        LlmEvaluator together =
            new LlmEvaluator(model, corpus, 64, 64, 1500, 3, new HiddenStateBounds(0, 3 << 20))) {
      one = alone.evaluate(20, noisy, 7);
      together.evaluate(3, noisy, 1);
      three = together.evaluate(20, noisy, 7);
      fromTheStart = together.evaluateFromTheStart(20, noisy, 7);
    }
    assertThat(three).isEqualTo(one);
    assertThat(fromTheStart).isEqualTo(one);
  }

  @Test
  void aCancelledEvaluationLeavesEverythingAsItWas() {
    Corpus corpus = Corpus.shipped();
    Transmission clean = new Transmission.Clean();
    HiddenStateBounds bounds = HiddenStateBounds.DEFAULT;
    try (LlmEvaluator evaluator = new LlmEvaluator(model, corpus, 64, 64, 512, 1, bounds);
        LlmEvaluator untouched = new LlmEvaluator(model, corpus, 64, 64, 512, 1, bounds)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> evaluator.evaluate(20, clean, 0))
          .isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(evaluator.evaluate(20, clean, 0)).isEqualTo(untouched.evaluate(20, clean, 0));
    }
  }

  @Test
  void layersAreLeftBetweenOneAndTheNext() {
    int[][] tokens = {passageTokens()};
    int[] begun = new int[1];
    assertThatThrownBy(
            () ->
                model
                    .decoder()
                    .run(
                        model.decoder().embed(tokens),
                        tokens[0].length,
                        0,
                        29,
                        () -> {
                          if (++begun[0] > 2) {
                            throw new CancellationException("enough");
                          }
                        }))
        .hasMessage("enough");
    assertThat(begun[0]).isEqualTo(3);
  }

  @Test
  void aClosedEvaluatorEndsWhatRunsInIt() throws Exception {
    LlmEvaluator evaluator =
        new LlmEvaluator(model, Corpus.shipped(), 256, 256, 4096, 1, HiddenStateBounds.DEFAULT);
    CompletableFuture<WindowLosses> running =
        CompletableFuture.supplyAsync(() -> evaluator.evaluate(1, new Transmission.Clean(), 0));
    Thread.sleep(200);
    evaluator.close();
    assertThatThrownBy(() -> running.get(20, TimeUnit.SECONDS))
        .hasRootCauseInstanceOf(CancellationException.class);
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
