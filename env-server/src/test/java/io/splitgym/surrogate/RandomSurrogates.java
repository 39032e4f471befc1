package io.splitgym.surrogate;

import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.channel.Range;
import io.splitgym.random.RandomStream;
import io.splitgym.surrogate.DrawDistribution.DrawProvenance;
import java.util.ArrayList;
import java.util.List;

/** Surrogates whose weights are drawn: they know nothing, and answer like any other. */
public final class RandomSurrogates {
  /** Of the quantiles of {@link #withDraws}. */
  static final float[] PROBABILITIES = {0, 0.1f, 0.5f, 0.9f, 0.99f, 1};

  private RandomSurrogates() {}

  /** Of thirty layers under fading, as the shipped ones. */
  public static SurrogateModel of(long seed, int... widths) {
    return new SurrogateModel(
        new SurrogateProvenance(
            "analytic",
            "00ff",
            30,
            "formula",
            "ff00",
            "64 tokens in windows of 8, stride 8",
            "f32",
            FadingAwgn.ofUnit(8.437512345678901),
            3.5,
            "abcd",
            seed,
            "MAE 0.01 nats"),
        new SurrogateDomain(new ChannelRanges(new Range(0, 0.3), new Range(0.5, 10)), 1, 29),
        new SurrogateFeatures(new float[] {-2, 1, 2}, new float[] {1, 0.5f, 0.75f}),
        network(seed, widths),
        5,
        2);
  }

  /** One that knows how draws lie around its mean. */
  public static SurrogateModel withDraws(long seed) {
    return of(seed, 3, 16, 1).withDraws(draws(network(seed + 1, 3, 12, 5)));
  }

  static DrawDistribution draws(Perceptron network) {
    return new DrawDistribution(
        network,
        PROBABILITIES,
        new float[] {-1, -2, -2, -1.5f, -1},
        new float[] {0.5f, 0.25f, 0.25f, 0.5f, 0.5f},
        new DrawProvenance(8, "dcba", 5, "none"));
  }

  static Perceptron network(long seed, int... widths) {
    RandomStream random = RandomStream.ofSeed(seed);
    List<Perceptron.Layer> layers = new ArrayList<>();
    for (int i = 1; i < widths.length; i++) {
      float[] weights = new float[widths[i] * widths[i - 1]];
      float[] biases = new float[widths[i]];
      for (int w = 0; w < weights.length; w++) {
        weights[w] = (float) (random.nextGaussian() / Math.sqrt(widths[i - 1]));
      }
      for (int b = 0; b < biases.length; b++) {
        biases[b] = (float) random.nextGaussian();
      }
      layers.add(new Perceptron.Layer(widths[i - 1], weights, biases));
    }
    return new Perceptron(layers);
  }
}
