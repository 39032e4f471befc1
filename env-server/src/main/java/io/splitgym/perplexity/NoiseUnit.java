package io.splitgym.perplexity;

import java.math.BigDecimal;
import java.math.MathContext;

/** The noise unit that belongs to a model: see {@link io.splitgym.channel.FadingAwgn}. */
public final class NoiseUnit {
  private static final int WINDOW = 256;
  private static final int TOKENS = 4096;
  private static final int FACTOR = 4;
  private static final int DIGITS = 4;

  private NoiseUnit() {}

  /**
   * Four times the root mean square of the hidden state after layer 1, over all tokens and elements
   * of the shipped text's first 4,096 tokens in windows of 256; to four significant digits, so that
   * it is the same number on every machine. With it, sigma in [0.01, 0.3] spans from harmless to
   * severe at split 1.
   */
  public static double of(LanguageModel model) {
    int window = Math.min(WINDOW, model.decoder().shape().context());
    try (LlmEvaluator evaluator =
        new LlmEvaluator(
            model,
            Corpus.shipped(),
            window,
            model.room(window),
            TOKENS,
            1,
            HiddenStateBounds.DEFAULT)) {
      return new BigDecimal(FACTOR * evaluator.rootMeanSquare(1))
          .round(new MathContext(DIGITS))
          .doubleValue();
    }
  }
}
