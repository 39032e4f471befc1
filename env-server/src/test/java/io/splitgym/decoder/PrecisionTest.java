package io.splitgym.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.channel.Transmission;
import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.hub.RealModel;
import io.splitgym.perplexity.Corpus;
import io.splitgym.perplexity.HiddenStateBounds;
import io.splitgym.perplexity.LanguageModel;
import io.splitgym.perplexity.LlmEvaluator;
import io.splitgym.perplexity.WindowLosses;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Precisions below float32, beside float32. */
class PrecisionTest {
  /** Those that this processor has kernels for. */
  private static Set<Precision> here;

  @BeforeAll
  static void findKernels() {
    here = PrecisionTrial.rates().keySet();
  }

  private static final int TOKENS = 1500;

  private static Path family(String name) throws URISyntaxException {
    return Path.of(PrecisionTest.class.getResource("families/" + name).toURI());
  }

  /** The error of all elements as a share of their length. */
  private static double relativeError(float[] actual, float[] expected) {
    double error = 0;
    double length = 0;
    for (int i = 0; i < expected.length; i++) {
      error += Math.pow((double) actual[i] - expected[i], 2);
      length += Math.pow(expected[i], 2);
    }
    return Math.sqrt(error / length);
  }

  @ParameterizedTest
  @CsvSource({
    "llama, BF16, 0.02",
    "llama-biases, BF16, 0.02",
    "mistral, BF16, 0.02",
    "qwen2, BF16, 0.02",
    "qwen3, BF16, 0.02",
    "gemma3, BF16, 0.02",
    "gpt2, BF16, 0.02",
    "llama, INT8, 0.03",
    "llama-biases, INT8, 0.03",
    "mistral, INT8, 0.03",
    "qwen2, INT8, 0.03",
    "qwen3, INT8, 0.03",
    "gemma3, INT8, 0.03",
    "gpt2, INT8, 0.03"
  })
  void everyFamilyIsNearItselfInFloat32(String name, Precision precision, double tolerance)
      throws IOException, URISyntaxException {
    assumeThat(here).contains(precision);
    JsonNode fixture = new ObjectMapper().readTree(family(name + ".json").toFile());
    int[] tokens = new ObjectMapper().convertValue(fixture.get("token_ids"), int[].class);
    Checkpoint checkpoint = Checkpoint.open(family(name));
    try (Decoder exact = Decoder.load(checkpoint);
        Decoder reduced = Decoder.load(checkpoint, precision)) {
      int layers = exact.shape().layers();
      float[][] start = exact.embed(new int[][] {tokens});
      float[] expected = exact.run(start, tokens.length, 0, layers)[0];
      float[] actual = reduced.run(start, tokens.length, 0, layers)[0];
      double error = relativeError(actual, expected);
      assertThat(error).isLessThan(tolerance);
      assertThat(error).as("it computes in another precision at all").isGreaterThan(1e-5);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BF16", "INT8"})
  void layersThatDoNotStayGiveTheSameBits(Precision precision)
      throws IOException, URISyntaxException {
    assumeThat(here).contains(precision);
    int[][] tokens = {{3, 1, 4, 1, 5}, {9, 2, 6, 5, 3}};
    Checkpoint checkpoint = Checkpoint.open(family("gemma3"));
    try (Decoder staying = Decoder.load(checkpoint, precision);
        Decoder passing = Decoder.load(checkpoint, precision, 0)) {
      float[][] start = staying.embed(tokens);
      float[][] first = staying.losses(start, tokens, 0, 1);
      assertThat(passing.losses(start, tokens, 0, 1)).isDeepEqualTo(first);
      assertThat(staying.losses(start, tokens, 0, 1)).isDeepEqualTo(first);
    }
  }

  @ParameterizedTest
  @CsvSource({"BF16, 0.005", "INT8, 0.01"})
  void theRealModelsPerplexityIsThatOfFloat32AndTheSameBitsOnAnyNumberOfThreads(
      Precision precision, double tolerance) throws IOException {
    assumeThat(here).contains(precision);
    Path file = RealModel.smollm2();
    Transmission clean = new Transmission.Clean();
    Transmission noisy = new Transmission.AtState(FadingAwgn.ofUnit(8), new ChannelState(0.2, 1));
    double expected;
    try (LanguageModel exact = LanguageModel.load("smollm2-135m", "", file);
        LlmEvaluator evaluator = evaluator(exact, 2)) {
      expected = evaluator.evaluate(1, clean, 0).mean();
    }
    try (LanguageModel model = LanguageModel.load("smollm2-135m", "", file, precision);
        LlmEvaluator one = evaluator(model, 1);
        LlmEvaluator three = evaluator(model, 3)) {
      assertThat(one.setting().precision()).isEqualTo(precision.text());
      assertThat(Math.exp(one.evaluate(1, clean, 0).mean() - expected))
          .as("perplexity against float32's")
          .isCloseTo(1, within(tolerance));
      WindowLosses alone = one.evaluate(20, noisy, 7);
      three.evaluate(3, noisy, 1);
      assertThat(three.evaluate(20, noisy, 7)).isEqualTo(alone);
      assertThat(three.evaluateFromTheStart(20, noisy, 7)).isEqualTo(alone);
    }
  }

  @Test
  void anUnknownNameIsRefusedNamingTheKnownOnes() {
    assertThat(Precision.of("--precision", "bf16")).isEqualTo(Precision.BF16);
    assertThatThrownBy(() -> Precision.of("--precision", "f16"))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("--precision")
        .hasMessageContaining("f16")
        .hasMessageContaining("f32, bf16, int8");
  }

  private static LlmEvaluator evaluator(LanguageModel model, int threads) {
    return new LlmEvaluator(
        model, Corpus.shipped(), 64, 64, TOKENS, threads, new HiddenStateBounds(1 << 20, 1 << 30));
  }
}
