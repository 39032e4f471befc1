package io.splitgym.perplexity;

import io.splitgym.checkpoint.hub.Sha256;
import io.splitgym.validation.Require;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What determines a measurement beside split, transmission and noise seed; part of its key.
 *
 * @param model the model's name, such as {@code smollm2-135m}
 * @param modelHash SHA-256 of the model's file, in hexadecimal
 * @param layers the model's number L of transformer layers, without which a measured split means
 *     little
 * @param corpus the text's name
 * @param corpusHash SHA-256 of the text as UTF-8 with LF line ends, in hexadecimal
 * @param window tokens in a window, with the one that the model expects before every text, if it
 *     expects one
 * @param stride tokens of the text from one window's start to the next
 * @param maxTokens how many of the text's first tokens are used
 * @param batchTokens tokens that run through a layer at once: results may differ in the last bits
 *     between shapes, so the shape is fixed and part of the key
 * @param precision of weights and activations, such as {@code f32}
 */
public record EvaluationSetting(
    String model,
    String modelHash,
    int layers,
    String corpus,
    String corpusHash,
    int window,
    int stride,
    int maxTokens,
    int batchTokens,
    String precision) {
  public EvaluationSetting {
    Require.inRange("layers", layers, 2, Integer.MAX_VALUE);
    Require.inRange("window", window, 2, Integer.MAX_VALUE);
    Require.inRange("stride", stride, 1, window);
    Require.inRange("maxTokens", maxTokens, 2, Integer.MAX_VALUE);
    Require.positive("batchTokens", batchTokens);
  }

  /**
   * What tells one setting from another: SHA-256, in hexadecimal, of all of it but the names, by
   * which the same model and the same text may go too.
   */
  public String fingerprint() {
    List<Object> parts =
        List.of(modelHash, layers, corpusHash, window, stride, maxTokens, batchTokens, precision);
    return Sha256.of(parts.toString().getBytes(StandardCharsets.UTF_8)).hex();
  }
}
