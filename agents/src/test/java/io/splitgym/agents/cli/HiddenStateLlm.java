package io.splitgym.agents.cli;

import io.splitgym.backend.EvaluatorSource;
import io.splitgym.channel.HiddenBlock;
import io.splitgym.channel.Transmission;
import io.splitgym.checkpoint.hub.ModelStore;
import io.splitgym.decoder.Precision;
import io.splitgym.perplexity.Corpus;
import io.splitgym.perplexity.EvaluationSetting;
import io.splitgym.perplexity.HiddenStateBounds;
import io.splitgym.perplexity.SplitEvaluator;
import io.splitgym.perplexity.WindowLosses;
import io.splitgym.random.RandomStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An LLM that is nothing but hidden states: they are random, go through the real channel, and a
 * window's loss is the mean square of what the channel did to them. Its first token has a massive
 * activation, which weighs little in that loss until an element of it is lost. Counts evaluations.
 */
final class HiddenStateLlm implements EvaluatorSource {
  static final int WINDOWS = 3;
  static final int TOKENS = 16;
  static final int WIDTH = 24;
  static final int SCORED = TOKENS - 1;
  static final double CLEAN = 3;
  static final float MASSIVE = 500;

  final AtomicInteger evaluations = new AtomicInteger();

  /** The hidden state of a window behind a layer: [TOKENS, WIDTH]. */
  static float[] hidden(int split, int window) {
    RandomStream random = RandomStream.ofSeed(split).named("hidden", window);
    float[] values = new float[TOKENS * WIDTH];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    values[5] = MASSIVE;
    return values;
  }

  /** What a window loses, in nats for each token, when this arrives. */
  static double loss(int split, int window, float[] arrived) {
    float[] sent = hidden(split, window);
    double squares = 0;
    for (int i = 0; i < sent.length; i++) {
      double error = (double) arrived[i] - sent[i];
      squares += error * error;
    }
    return CLEAN + squares / sent.length;
  }

  @Override
  public Loaded load(ModelStore models, String model, Precision precision) {
    return new Loaded() {
      @Override
      public int context() {
        return TOKENS;
      }

      @Override
      public int room(int window) {
        return window;
      }

      @Override
      public double noiseUnit(Path data) {
        return 4;
      }

      @Override
      public SplitEvaluator evaluator(
          Corpus corpus,
          int window,
          int stride,
          int maxTokens,
          int threads,
          HiddenStateBounds kept) {
        return new Evaluator(model);
      }

      @Override
      public void close() {}
    };
  }

  private final class Evaluator implements SplitEvaluator {
    private final EvaluationSetting setting;

    Evaluator(String model) {
      setting =
          new EvaluationSetting(
              model, "00", 10, "text", "00", TOKENS, TOKENS, WINDOWS * TOKENS, 1024, "f32");
    }

    @Override
    public EvaluationSetting setting() {
      return setting;
    }

    @Override
    public WindowLosses evaluate(int split, Transmission transmission, long noiseSeed) {
      evaluations.incrementAndGet();
      List<Double> sums = new ArrayList<>();
      List<Integer> tokens = new ArrayList<>();
      long bits = 0;
      for (int window = 0; window < WINDOWS; window++) {
        float[] values = hidden(split, window);
        bits +=
            transmission.send(
                new HiddenBlock(values, TOKENS, WIDTH),
                RandomStream.ofSeed(noiseSeed).named("window", window));
        sums.add(SCORED * loss(split, window, values));
        tokens.add(SCORED);
      }
      return new WindowLosses(
          sums,
          tokens,
          transmission instanceof Transmission.Clean
              ? OptionalDouble.empty()
              : OptionalDouble.of((double) bits / (WINDOWS * TOKENS)));
    }

    @Override
    public void close() {}
  }
}
