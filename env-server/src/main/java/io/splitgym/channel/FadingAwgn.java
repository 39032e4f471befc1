package io.splitgym.channel;

import io.splitgym.random.RandomStream;
import io.splitgym.transport.Payload;
import io.splitgym.transport.ProtectedElements;
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
 * @param payload what is sent: x is what the codec makes of the hidden state, each decoded value an
 *     amplitude on the air; protected elements meet neither fading nor noise
 */
public record FadingAwgn(double noiseUnit, int blockTokens, boolean equalised, Payload payload)
    implements Channel {
  public static final String NAME = "fading-awgn";

  /** One h for each window, however long. */
  public static final int WHOLE_WINDOW = 0;

  /** How many tokens may share one h, in words. */
  public static final String BLOCK_TOKENS_ALLOWED = WHOLE_WINDOW + " (a whole window) or more";

  public FadingAwgn {
    Require.positive("noiseUnit", noiseUnit);
    if (blockTokens < 0) {
      throw new InvalidValueException("blockTokens", blockTokens, BLOCK_TOKENS_ALLOWED);
    }
  }

  /** The hidden state as it is. */
  public FadingAwgn(double noiseUnit, int blockTokens, boolean equalised) {
    this(noiseUnit, blockTokens, equalised, Payload.PLAIN);
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
        ParameterText.flag(parameters, "equalised"),
        TransportText.payload(parameters));
  }

  @Override
  public SortedMap<String, String> parameters() {
    SortedMap<String, String> parameters =
        new TreeMap<>(
            Map.of(
                "noiseUnit", ShortestDecimal.of(noiseUnit),
                "blockTokens", Integer.toString(blockTokens),
                "equalised", Boolean.toString(equalised)));
    TransportText.write(payload, parameters);
    return parameters;
  }

  @Override
  public Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("noiseUnit", noiseUnit);
    settings.put("blockTokens", blockTokens);
    settings.put("equalised", equalised);
    TransportChoice.describe(payload, settings);
    return settings;
  }

  /** The standard deviation s of the noise before equalising. */
  public double noiseDeviation(ChannelState state) {
    return state.sigma() * noiseUnit;
  }

  @Override
  public long transmit(HiddenBlock hidden, ChannelState state, RandomStream noise) {
    ProtectedElements kept = encode(hidden);
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
    return arrived(hidden, kept);
  }

  private ProtectedElements encode(HiddenBlock hidden) {
    return payload.encode(hidden.values(), hidden.tokens(), hidden.width());
  }

  /** Puts back what was protected; returns how many bits all of it took. */
  private long arrived(HiddenBlock hidden, ProtectedElements kept) {
    kept.restore(hidden.values());
    return payload.bits(hidden.tokens(), hidden.width()) + kept.bits();
  }

  @Override
  public boolean hasLevel() {
    return equalised && blockTokens == WHOLE_WINDOW;
  }

  @Override
  public long transmitAtLevel(HiddenBlock hidden, double level, RandomStream noise) {
    requireLevel();
    Require.notNegative("level", level);
    ProtectedElements kept = encode(hidden);
    if (level > 0) {
      add(hidden, 0, hidden.values().length, 1, level, noise.named("additive"));
    }
    return arrived(hidden, kept);
  }

  @Override
  public boolean exactAtLevelZero() {
    return payload.exact();
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
