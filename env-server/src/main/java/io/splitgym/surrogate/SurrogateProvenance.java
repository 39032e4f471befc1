package io.splitgym.surrogate;

import io.splitgym.channel.Channel;
import io.splitgym.validation.Require;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a surrogate comes from.
 *
 * @param model the LLM's name
 * @param modelHash SHA-256 of its file, in hexadecimal
 * @param layers its number L of transformer layers
 * @param corpus the text's name
 * @param corpusHash SHA-256 of the text, in hexadecimal
 * @param windows how the text was cut, such as {@code 4096 tokens in windows of 256, stride 256}
 * @param precision of the LLM, such as {@code f32}
 * @param channel with all of its parameters, the noise unit among them
 * @param cleanLogPerplexity ln PPL without a channel, in nats
 * @param dataHash SHA-256 of the measurements' CSV, in hexadecimal
 * @param seed of the fit
 * @param errors what the fit reported on held-out cells, in words
 */
public record SurrogateProvenance(
    String model,
    String modelHash,
    int layers,
    String corpus,
    String corpusHash,
    String windows,
    String precision,
    Channel channel,
    double cleanLogPerplexity,
    String dataHash,
    long seed,
    String errors) {
  private static final Pattern ROOT_MEAN_SQUARE =
      Pattern.compile("\\bRMSE ([0-9]+(?:\\.[0-9]+)?(?:[eE]-?[0-9]+)?)");

  public SurrogateProvenance {
    Require.inRange("layers", layers, 2, Integer.MAX_VALUE);
    Require.notNegative("cleanLogPerplexity", cleanLogPerplexity);
  }

  /** The root-mean-square error on held-out cells in nats, where {@code errors} tells one. */
  OptionalDouble heldOutError() {
    Matcher told = ROOT_MEAN_SQUARE.matcher(errors);
    return told.find()
        ? OptionalDouble.of(Double.parseDouble(told.group(1)))
        : OptionalDouble.empty();
  }
}
