package io.splitgym.generation;

import io.splitgym.channel.HiddenBlock;
import io.splitgym.channel.Transmission;
import io.splitgym.decoder.Decoder;
import io.splitgym.decoder.GrowingText;
import io.splitgym.perplexity.LanguageModel;
import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.Arrays;

/**
 * Writes on from a prompt with a split LLM. Both parts keep keys and values. The prompt's hidden
 * states cross the channel as one block, those of each later token by themselves; a receiver that
 * repeats what it got last remembers it from block to block.
 *
 * @param model stays open
 * @param split p, in 1..L-1
 * @param transmission what happens on the way
 */
public record SplitTextGenerator(LanguageModel model, int split, Transmission transmission) {
  public SplitTextGenerator {
    Require.inRange("split", split, 1, model.decoder().shape().layers() - 1);
  }

  /**
   * The prompt's tokens, with the one that the model expects before every text, and the new ones.
   *
   * @param prompt of at least one token
   * @param tokens how many new ones; with the prompt's at most the model's context
   * @param temperature 0 for the likeliest token each time, else tokens are drawn with
   *     probabilities proportional to exp(logit / temperature)
   * @param random draws noise and tokens
   * @return the ids of the new tokens
   */
  public int[] generate(String prompt, int tokens, double temperature, RandomStream random) {
    Require.notNegative("temperature", temperature);
    Require.positive("tokens", tokens);
    int[] start = start(prompt);
    Decoder decoder = model.decoder();
    int layers = decoder.shape().layers();
    int capacity = start.length + tokens;
    Require.inRange("tokens of prompt and continuation", capacity, 2, decoder.shape().context());
    // the prompt runs at once
    Require.inRange("tokens of the prompt", start.length, 1, decoder.longestWindow(1));
    int[] written = new int[tokens];
    try (GrowingText userEquipment = decoder.growing(0, split, capacity);
        GrowingText edge = decoder.growing(split, layers, capacity)) {
      int[] next = start;
      float[] held = new float[decoder.shape().hidden()];
      for (int i = 0; i < tokens; i++) {
        float[] sent = userEquipment.run(decoder.embed(next, userEquipment.length()), next.length);
        transmission.send(
            new HiddenBlock(sent, next.length, decoder.shape().hidden(), held),
            random.named("block", i));
        float[] states = edge.run(sent, next.length);
        float[] last =
            Arrays.copyOfRange(states, states.length - decoder.shape().hidden(), states.length);
        written[i] =
            choose(decoder.logits(last, 1, layers)[0], temperature, random.named("token", i));
        next = new int[] {written[i]};
      }
    }
    return written;
  }

  private int[] start(String prompt) {
    int[] text = model.tokenizer().encode(prompt);
    if (text.length == 0) {
      throw new InvalidValueException("prompt", prompt, "a text of at least one token");
    }
    int[] start =
        new int[model.tokenizer().beginning().isPresent() ? text.length + 1 : text.length];
    model.tokenizer().beginning().ifPresent(token -> start[0] = token);
    System.arraycopy(text, 0, start, start.length - text.length, text.length);
    return start;
  }

  private static int choose(float[] logits, double temperature, RandomStream random) {
    int likeliest = 0;
    for (int id = 1; id < logits.length; id++) {
      if (logits[id] > logits[likeliest]) {
        likeliest = id;
      }
    }
    if (temperature == 0) {
      return likeliest;
    }
    double[] weights = new double[logits.length];
    double sum = 0;
    for (int id = 0; id < weights.length; id++) {
      weights[id] = Math.exp((logits[id] - logits[likeliest]) / temperature);
      sum += weights[id];
    }
    double left = random.nextUniform(0, sum);
    for (int id = 0; id < weights.length; id++) {
      left -= weights[id];
      if (left < 0) {
        return id;
      }
    }
    return likeliest;
  }
}
