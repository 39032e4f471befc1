package io.splitgym.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.channel.ChannelState;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.channel.Transmission;
import io.splitgym.checkpoint.hub.RealModel;
import io.splitgym.perplexity.LanguageModel;
import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitTextGeneratorTest {
  private static final String PROMPT = "The capital of France is";

  private static LanguageModel model;

  @BeforeAll
  static void load() throws IOException {
    model = LanguageModel.load("smollm2-135m", "", RealModel.smollm2());
  }

  @AfterAll
  static void close() {
    if (model != null) {
      model.close();
    }
  }

  private static int[] generate(
      int split, Transmission transmission, double temperature, int seed) {
    return new SplitTextGenerator(model, split, transmission)
        .generate(PROMPT, 12, temperature, RandomStream.ofSeed(seed));
  }

  /** The likeliest token each time, the whole text run anew for each. */
  private static int[] withoutKeptKeys() {
    int[] text = model.tokenizer().encode(PROMPT);
    int first = text.length;
    for (int i = 0; i < 12; i++) {
      float[] logits =
          model.decoder()
              .logits(model.decoder().embed(new int[][] {text})[0], text.length, 0)[
              text.length - 1];
      int likeliest = 0;
      for (int id = 1; id < logits.length; id++) {
        likeliest = logits[id] > logits[likeliest] ? id : likeliest;
      }
      text = Arrays.copyOf(text, text.length + 1);
      text[text.length - 1] = likeliest;
    }
    return Arrays.copyOfRange(text, first, text.length);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 29})
  void keptKeysAndValuesGiveTheTokensOfTheFullForward(int split) {
    int[] tokens = generate(split, new Transmission.Clean(), 0, 1);
    assertThat(tokens).isEqualTo(withoutKeptKeys());
    assertThat(model.tokenizer().decode(tokens)).contains("Paris");
  }

  @Test
  void noiseChangesTheTextAndASeedRepeatsIt() {
    Transmission noisy = new Transmission.AtState(FadingAwgn.ofUnit(8), new ChannelState(0.3, 1));
    int[] tokens = generate(1, noisy, 1, 5);
    assertThat(generate(1, noisy, 1, 5)).isEqualTo(tokens);
    assertThat(generate(1, noisy, 1, 6)).isNotEqualTo(tokens);
    assertThat(generate(1, new Transmission.Clean(), 1, 5)).isNotEqualTo(tokens);
  }

  @Test
  void aPromptOfNothingIsRefused() {
    SplitTextGenerator generator = new SplitTextGenerator(model, 3, new Transmission.Clean());
    assertThatThrownBy(() -> generator.generate("", 3, 0, RandomStream.ofSeed(1)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("prompt");
  }
}
