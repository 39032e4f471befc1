package io.splitgym.channel;

import io.splitgym.transport.Codec;
import io.splitgym.transport.Concealment;
import io.splitgym.transport.Packets;
import io.splitgym.transport.Payload;
import io.splitgym.transport.Protection;
import io.splitgym.validation.InvalidValueException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a hidden state is to cross the channel, as somebody asks for it; what is null is left open.
 * Codec and protection go with fading-awgn and with erasure, packets and concealment with erasure
 * alone: noise loses no packet.
 *
 * @param codec a {@link Codec}'s name
 * @param packetElements as {@link Packets#of} has it
 * @param packetBytes as {@link Packets#of} has it, with room for an element of the codec
 * @param concealment a {@link Concealment}'s name
 * @param protectGreatest as {@link Protection#of} has it
 * @param protectAbove as {@link Protection#of} has it
 */
public record TransportChoice(
    @Nullable String codec,
    @Nullable Integer packetElements,
    @Nullable Integer packetBytes,
    @Nullable String concealment,
    @Nullable Integer protectGreatest,
    @Nullable Double protectAbove) {
  public static final String CODEC = "codec";
  public static final String PACKET_ELEMENTS = Packets.OfElements.NAME;
  public static final String PACKET_BYTES = Packets.OfBytes.NAME;
  public static final String CONCEALMENT = "concealment";
  public static final String PROTECT_GREATEST = Protection.Greatest.NAME;
  public static final String PROTECT_ABOVE = Protection.Above.NAME;

  /** All left open. */
  public static final TransportChoice OPEN =
      new TransportChoice(null, null, null, null, null, null);

  public TransportChoice {
    try {
      Packets.of(packetElements, packetBytes).requireRoom(codec(codec));
      concealment(concealment);
      Protection.of(protectGreatest, protectAbove);
    } catch (InvalidValueException e) {
      // requests have these settings under a path
      throw new InvalidValueException(
          ChannelChoice.PARAMETERS + "." + e.field(), e.value(), e.allowed());
    }
  }

  /** Single elements are lost, or so many together. */
  static TransportChoice ofElements(@Nullable Integer packetElements) {
    return new TransportChoice(null, packetElements, null, null, null, null);
  }

  /** What was left open is as it is without a codec: float32, nothing protected. */
  Payload payload() {
    return new Payload(codec(codec), Protection.of(protectGreatest, protectAbove));
  }

  /** Single elements unless told otherwise. */
  Packets packets() {
    return Packets.of(packetElements, packetBytes);
  }

  /** Zeros unless told otherwise. */
  Concealment whereLost() {
    return concealment(concealment);
  }

  /** What isn't left open, by name. */
  Map<String, Object> given() {
    Map<String, Object> given = new LinkedHashMap<>(ofErasure());
    put(given, CODEC, codec);
    put(given, PROTECT_GREATEST, protectGreatest);
    put(given, PROTECT_ABOVE, protectAbove);
    return given;
  }

  /** What isn't left open and means something where packets are lost alone. */
  Map<String, Object> ofErasure() {
    Map<String, Object> given = new LinkedHashMap<>();
    put(given, PACKET_ELEMENTS, packetElements);
    put(given, PACKET_BYTES, packetBytes);
    put(given, CONCEALMENT, concealment);
    return given;
  }

  /** Adds a payload to a channel's settings, in the form that requests give it. */
  static void describe(Payload payload, Map<String, Object> settings) {
    settings.put(CODEC, payload.codec().id());
    settings.put(
        PROTECT_GREATEST,
        payload.protection() instanceof Protection.Greatest greatest ? greatest.elements() : 0);
    settings.put(
        PROTECT_ABOVE,
        payload.protection() instanceof Protection.Above above ? above.ratio() : 0.0);
  }

  /** Adds packets to a channel's settings, in the form that requests give them. */
  static void describe(Packets packets, Concealment concealment, Map<String, Object> settings) {
    if (packets instanceof Packets.OfElements ofElements) {
      settings.put(PACKET_ELEMENTS, ofElements.elements());
    }
    settings.put(PACKET_BYTES, packets instanceof Packets.OfBytes ofBytes ? ofBytes.bytes() : 0);
    settings.put(CONCEALMENT, concealment.id());
  }

  private static void put(Map<String, Object> given, String name, @Nullable Object value) {
    if (value != null) {
      given.put(name, value);
    }
  }

  private static Codec codec(@Nullable String id) {
    return id == null ? Codec.F32 : Codec.ofId(CODEC, id);
  }

  private static Concealment concealment(@Nullable String id) {
    return id == null ? Concealment.ZERO : Concealment.ofId(CONCEALMENT, id);
  }
}
