package io.splitgym.channel;

import io.splitgym.random.RandomStream;
import io.splitgym.validation.Require;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;

/**
 * Elements of the hidden state are lost: packets of consecutive elements become zero, independently
 * of each other, and the rest is not rescaled, as in the code that Chen et al. released.
 *
 * <p>A packet is lost with probability q = P(m, -m ln(1 - sigma)): the Nakagami-m outage at the
 * threshold at which Rayleigh fading loses exactly sigma. So m = 1 gives q = sigma, which is the
 * released code (it has no m); how m enters is SplitGym's own choice, and m = 10 leaves next to no
 * loss. The level of this channel is q.
 *
 * @param packetElements consecutive elements lost together; 1 loses single elements
 */
public record Erasure(int packetElements) implements Channel {
  public static final String NAME = "erasure";

  public Erasure {
    Require.positive("packetElements", packetElements);
  }

  @Override
  public String name() {
    return NAME;
  }

  static Erasure of(Map<String, String> parameters) {
    return new Erasure(ParameterText.integer(parameters, "packetElements"));
  }

  @Override
  public SortedMap<String, String> parameters() {
    return new TreeMap<>(Map.of("packetElements", Integer.toString(packetElements)));
  }

  @Override
  public Map<String, Object> settings() {
    return Map.of("packetElements", packetElements);
  }

  /** The probability that a packet is lost, in [0, 1). */
  public double lossProbability(ChannelState state) {
    // log1p: log(1 - sigma) cancels near 0
    return new Nakagami(state.m()).outage(-Math.log1p(-state.sigma()));
  }

  @Override
  public void transmit(HiddenBlock hidden, ChannelState state, RandomStream noise) {
    transmitAtLevel(hidden, lossProbability(state), noise);
  }

  @Override
  public boolean hasLevel() {
    return true;
  }

  @Override
  public void transmitAtLevel(HiddenBlock hidden, double level, RandomStream noise) {
    Require.inRange("level", level, 0, 1);
    float[] values = hidden.values();
    for (int from = 0; from < values.length; from += packetElements) {
      if (noise.nextDouble() < level) {
        Arrays.fill(values, from, Math.min(from + packetElements, values.length), 0f);
      }
    }
  }

  @Override
  public double expectation(ChannelState state, DoubleUnaryOperator ofLevel) {
    return ofLevel.applyAsDouble(lossProbability(state));
  }
}
