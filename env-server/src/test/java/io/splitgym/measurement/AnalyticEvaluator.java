package io.splitgym.measurement;

import io.splitgym.channel.HiddenBlock;
import io.splitgym.channel.Transmission;
import io.splitgym.perplexity.EvaluationSetting;
import io.splitgym.perplexity.SplitEvaluator;
import io.splitgym.perplexity.WindowLosses;
import io.splitgym.random.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An LLM whose loss is a formula: a hidden state of ones goes through the real channel, and the
 * mean square error x of what arrives costs {@link #COST} * x / (x + tolerance(p)^2) nats for each
 * token, so that deep splits bear more.
 */
public final class AnalyticEvaluator implements SplitEvaluator {
  public static final double CLEAN = 3.5;
  public static final double COST = 9;

  private static final int ELEMENTS = 512;

  private final EvaluationSetting setting;
  private final int windows;
  private final long pauseMilliseconds;
  private final AtomicInteger evaluations = new AtomicInteger();

  /**
   * @param windows of eight tokens each, the last one of six
   */
  public AnalyticEvaluator(int layers, int windows, long pauseMilliseconds) {
    this.setting =
        new EvaluationSetting(
            "analytic", "00ff", layers, "formula", "ff00", 8, 8, 8 * windows, 8, "f32");
    this.windows = windows;
    this.pauseMilliseconds = pauseMilliseconds;
  }

  public static double tolerance(int split) {
    return 0.5 * Math.pow(1.5, split);
  }

  /** How often anything was evaluated. */
  public int evaluations() {
    return evaluations.get();
  }

  @Override
  public EvaluationSetting setting() {
    return setting;
  }

  @Override
  public WindowLosses evaluate(int split, Transmission transmission, long noiseSeed) {
    evaluations.incrementAndGet();
    try {
      Thread.sleep(pauseMilliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted");
    }
    List<Double> sums = new ArrayList<>();
    List<Integer> tokens = new ArrayList<>();
    long bits = 0;
    for (int window = 0; window < windows; window++) {
      float[] values = new float[ELEMENTS];
      Arrays.fill(values, 1f);
      bits +=
          transmission.send(
              new HiddenBlock(values, 8, ELEMENTS / 8),
              RandomStream.ofSeed(noiseSeed).named("window", window));
      double error = 0;
      for (float value : values) {
        error += (value - 1.0) * (value - 1.0) / ELEMENTS;
      }
      int scored = window == windows - 1 ? 5 : 7;
      double tolerance = tolerance(split);
      double loss = CLEAN + 0.01 * window + COST * error / (error + tolerance * tolerance);
      sums.add(scored * loss);
      tokens.add(scored);
    }
    return new WindowLosses(
        sums,
        tokens,
        transmission instanceof Transmission.Clean
            ? OptionalDouble.empty()
            : OptionalDouble.of(bits / (8.0 * windows)));
  }

  @Override
  public void close() {
    // holds nothing
  }
}
