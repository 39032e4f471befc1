package io.splitgym.channel;

import io.splitgym.random.RandomStream;
import io.splitgym.transport.Concealment;
import io.splitgym.transport.Packets;
import io.splitgym.transport.Payload;
import io.splitgym.transport.ProtectedElements;
import io.splitgym.validation.Require;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;

/**
 * Parts of the hidden state are lost: packets of consecutive elements, independently of each other.
 * By default a packet is a single element and becomes zero, and the rest is not rescaled, as in the
 * code that Chen et al. released.
 *
 * <p>A packet is lost with probability q = P(m, -m ln(1 - sigma)): the Nakagami-m outage at the
 * threshold at which Rayleigh fading loses exactly sigma. So m = 1 gives q = sigma, which is the
 * released code (it has no m); how m enters is SplitGym's own choice, and m = 10 leaves next to no
 * loss. The level of this channel is q. How the hidden state falls into packets depends on neither
 * its values nor the split, so packets of the same number are lost at every split.
 *
 * @param packets how the hidden state falls into them
 * @param concealment what the receiver puts in place of a lost one
 * @param payload what is put into packets, and what is sent reliably beside them
 */
public record Erasure(Packets packets, Concealment concealment, Payload payload)
    implements Channel {
  public static final String NAME = "erasure";

  public Erasure {
    packets.requireRoom(payload.codec());
  }

  /**
   * Elements as they are, zero where they are lost.
   *
   * @param packetElements consecutive elements lost together; 1 loses single elements
   */
  public Erasure(int packetElements) {
    this(new Packets.OfElements(packetElements), Concealment.ZERO, Payload.PLAIN);
  }

  @Override
  public String name() {
    return NAME;
  }

  static Erasure of(Map<String, String> parameters) {
    return new Erasure(
        TransportText.packets(parameters),
        TransportText.concealment(parameters),
        TransportText.payload(parameters));
  }

  @Override
  public SortedMap<String, String> parameters() {
    SortedMap<String, String> parameters = new TreeMap<>();
    TransportText.write(packets, concealment, parameters);
    TransportText.write(payload, parameters);
    return parameters;
  }

  @Override
  public Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    TransportChoice.describe(packets, concealment, settings);
    TransportChoice.describe(payload, settings);
    return settings;
  }

  /** The probability that a packet is lost, in [0, 1). */
  public double lossProbability(ChannelState state) {
    // log1p: log(1 - sigma) cancels near 0
    return new Nakagami(state.m()).outage(-Math.log1p(-state.sigma()));
  }

  @Override
  public long transmit(HiddenBlock hidden, ChannelState state, RandomStream noise) {
    return transmitAtLevel(hidden, lossProbability(state), noise);
  }

  @Override
  public boolean hasLevel() {
    return true;
  }

  @Override
  public long transmitAtLevel(HiddenBlock hidden, double level, RandomStream noise) {
    Require.inRange("level", level, 0, 1);
    float[] values = hidden.values();
    ProtectedElements kept = payload.encode(values, hidden.tokens(), hidden.width());
    BitSet lost = new BitSet(values.length);
    int from = 0;
    while (from < values.length) {
      int end = packets.end(from, values.length, hidden.width(), payload.codec());
      if (noise.nextDouble() < level) {
        lost.set(from, end);
      }
      from = end;
    }
    kept.restore(values);
    kept.spare(lost);
    concealment.conceal(values, hidden.width(), lost, hidden.held());
    return packets.bits(hidden.tokens(), hidden.width(), payload.codec()) + kept.bits();
  }

  @Override
  public boolean exactAtLevelZero() {
    return payload.exact();
  }

  @Override
  public double expectation(ChannelState state, DoubleUnaryOperator ofLevel) {
    return ofLevel.applyAsDouble(lossProbability(state));
  }
}
