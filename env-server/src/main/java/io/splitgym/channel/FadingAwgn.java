package io.splitgym.channel;

import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;

/**
 * Block fading with additive white Gaussian noise: y = h x + n (Chen et al., arXiv 2406.02616), h ~
 * Nakagami(m, 1) for each block of tokens, n ~ N(0, s^2) with s = sigma times the noise unit,
 * whatever the split. The transmitter's gain is fixed, so a hidden state of little power suffers
 * most.
 *
 * <p>The level of this channel is the effective noise s / h. It suffices only where h is constant
 * over a window and the receiver equalises, that is, divides by the h it knows.
 *
 * @param noiseUnit the standard deviation of the noise at sigma = 1, in units of the hidden state;
 *     it belongs to a model and doesn't depend on the split
 * @param blockTokens tokens that share one h, or {@link #WHOLE_WINDOW}
 * @param equalised whether the receiver divides by h
 */
public record FadingAwgn(double noiseUnit, int blockTokens, boolean equalised) implements Channel {
  public static final String NAME = "fading-awgn";

  /** One h for each window, however long. */
  public static final int WHOLE_WINDOW = 0;

  public FadingAwgn {
    Require.positive("noiseUnit", noiseUnit);
    if (blockTokens < 0) {
      throw new InvalidValueException("blockTokens", blockTokens, "0 (a whole window) or more");
    }
  }

  /** Constant over a window, and equalised. */
  public static FadingAwgn ofUnit(double noiseUnit) {
    return new FadingAwgn(noiseUnit, WHOLE_WINDOW, true);
  }

  @Override
  public String name() {
    return NAME;
  }

  static FadingAwgn of(Map<String, String> parameters) {
    return new FadingAwgn(
        ParameterText.number(parameters, "noiseUnit"),
        ParameterText.integer(parameters, "blockTokens"),
        ParameterText.flag(parameters, "equalised"));
  }

  @Override
  public SortedMap<String, String> parameters() {
    return new TreeMap<>(
        Map.of(
            "noiseUnit", ShortestDecimal.of(noiseUnit),
            "blockTokens", Integer.toString(blockTokens),
            "equalised", Boolean.toString(equalised)));
  }

  @Override
  public Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("noiseUnit", noiseUnit);
    settings.put("blockTokens", blockTokens);
    settings.put("equalised", equalised);
    return settings;
  }

  /** The standard deviation s of the noise before equalising. */
  public double noiseDeviation(ChannelState state) {
    return state.sigma() * noiseUnit;
  }

  @Override
  public void transmit(HiddenBlock hidden, ChannelState state, RandomStream noise) {
    Nakagami fading = new Nakagami(state.m());
    RandomStream amplitudes = noise.named("fading");
    RandomStream additive = noise.named("additive");
    double deviation = noiseDeviation(state);
    int block = blockTokens == WHOLE_WINDOW ? hidden.tokens() : blockTokens;
    for (int token = 0; token < hidden.tokens(); token += block) {
      int end = Math.min(token + block, hidden.tokens());
      double amplitude = fading.sample(amplitudes);
      if (deviation == 0 && equalised) {
        continue;
      }
      double gain = equalised ? 1 : amplitude;
      double scale = equalised ? deviation / amplitude : deviation;
      add(hidden, token * hidden.width(), end * hidden.width(), gain, scale, additive);
    }
  }

  @Override
  public boolean hasLevel() {
    return equalised && blockTokens == WHOLE_WINDOW;
  }

  @Override
  public void transmitAtLevel(HiddenBlock hidden, double level, RandomStream noise) {
    requireLevel();
    Require.notNegative("level", level);
    if (level > 0) {
      add(hidden, 0, hidden.values().length, 1, level, noise.named("additive"));
    }
  }

  @Override
  public double expectation(ChannelState state, DoubleUnaryOperator ofLevel) {
    requireLevel();
    double deviation = noiseDeviation(state);
    return deviation == 0
        ? ofLevel.applyAsDouble(0)
        : new Nakagami(state.m()).expectation(h -> ofLevel.applyAsDouble(deviation / h));
  }

  private void requireLevel() {
    if (!hasLevel()) {
      throw new IllegalStateException(
          "fading-awgn with blocks shorter than a window, or not equalised, has no single"
              + " effective noise: measure it by draws");
    }
  }

  private static void add(
      HiddenBlock hidden, int from, int to, double gain, double scale, RandomStream noise) {
    float[] values = hidden.values();
    for (int i = from; i < to; i++) {
      values[i] = (float) (gain * values[i] + scale * noise.nextGaussian());
    }
  }
}
