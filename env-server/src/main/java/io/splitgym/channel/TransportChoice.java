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
 * @param packetElements consecutive elements lost together, at least 1
 * @param packetBytes a packet's size in bytes, or 0 where packets are counted in elements
 * @param concealment a {@link Concealment}'s name
 * @param protectGreatest how many elements of each token are sent reliably, or 0
 * @param protectAbove elements of more than so many times the token's median magnitude are sent
 *     reliably, in [1, 1000000], or 0 for none
 */
public record TransportChoice(
    @Nullable String codec,
    @Nullable Integer packetElements,
    @Nullable Integer packetBytes,
    @Nullable String concealment,
    @Nullable Integer protectGreatest,
    @Nullable Double protectAbove) {
  public static final String CODEC = "codec";
  public static final String PACKET_ELEMENTS = "packetElements";
  public static final String PACKET_BYTES = "packetBytes";
  public static final String CONCEALMENT = "concealment";
  public static final String PROTECT_GREATEST = "protectGreatest";
  public static final String PROTECT_ABOVE = "protectAbove";

  /** All left open. */
  public static final TransportChoice OPEN =
      new TransportChoice(null, null, null, null, null, null);

  public TransportChoice {
    if (codec != null) {
      Codec.ofId(path(CODEC), codec);
    }
    requireAtLeast(PACKET_ELEMENTS, packetElements, 1, "at least 1");
    requireAtLeast(PACKET_BYTES, packetBytes, 0, "0 (packets are counted in elements) or more");
    if (concealment != null) {
      Concealment.ofId(path(CONCEALMENT), concealment);
    }
    requireAtLeast(PROTECT_GREATEST, protectGreatest, 0, "0 (none) or more");
    if (protectAbove != null
        && protectAbove != 0
        && !(protectAbove >= 1 && protectAbove <= Protection.Above.GREATEST_RATIO)) {
      throw new InvalidValueException(
          path(PROTECT_ABOVE), protectAbove, "0 (none) or in [1, 1000000]");
    }
    if (packetElements != null && packetBytes != null && packetBytes > 0) {
      throw new InvalidValueException(
          path(PACKET_ELEMENTS),
          packetElements,
          "left out: " + PACKET_BYTES + " counts packets in bytes");
    }
    if (protectGreatest != null
        && protectGreatest > 0
        && protectAbove != null
        && protectAbove != 0) {
      throw new InvalidValueException(
          path(PROTECT_ABOVE),
          protectAbove,
          "left out or 0: " + PROTECT_GREATEST + " tells what is protected");
    }
    Codec known = codec == null ? Codec.F32 : Codec.ofId(path(CODEC), codec);
    if (packetBytes != null && packetBytes > 0) {
      requireRoom(packetBytes, known);
    }
  }

  /** Single elements are lost, or so many together. */
  static TransportChoice ofElements(@Nullable Integer packetElements) {
    return new TransportChoice(null, packetElements, null, null, null, null);
  }

  /** What was left open is as it is without a codec: float32, nothing protected. */
  Payload payload() {
    Protection protection = new Protection.None();
    if (protectGreatest != null && protectGreatest > 0) {
      protection = new Protection.Greatest(protectGreatest);
    } else if (protectAbove != null && protectAbove != 0) {
      protection = new Protection.Above(protectAbove);
    }
    return new Payload(codec == null ? Codec.F32 : Codec.ofId(path(CODEC), codec), protection);
  }

  /** Single elements unless told otherwise. */
  Packets packets() {
    return packetBytes != null && packetBytes > 0
        ? new Packets.OfBytes(packetBytes)
        : new Packets.OfElements(packetElements == null ? 1 : packetElements);
  }

  /** Zeros unless told otherwise. */
  Concealment whereLost() {
    return concealment == null
        ? Concealment.ZERO
        : Concealment.ofId(path(CONCEALMENT), concealment);
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

  private static void requireRoom(int bytes, Codec codec) {
    try {
      new Packets.OfBytes(bytes).requireRoom(codec);
    } catch (InvalidValueException e) {
      throw new InvalidValueException(path(e.field()), e.value(), e.allowed());
    }
  }

  private static void requireAtLeast(
      String name, @Nullable Integer value, int least, String allowed) {
    if (value != null && value < least) {
      throw new InvalidValueException(path(name), value, allowed);
    }
  }

  private static String path(String name) {
    return ChannelChoice.PARAMETERS + "." + name;
  }
}
