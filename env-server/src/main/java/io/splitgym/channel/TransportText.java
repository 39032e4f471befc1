package io.splitgym.channel;

import io.splitgym.transport.Codec;
import io.splitgym.transport.Concealment;
import io.splitgym.transport.Packets;
import io.splitgym.transport.Payload;
import io.splitgym.transport.Protection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A transport among a channel's parameters as text. What is as it always was isn't written: the
 * text of a channel that was measured before there were codecs stays what identifies it.
 */
final class TransportText {
  /** What each setting was before it could be chosen. */
  private static final Map<String, Object> AS_IT_ALWAYS_WAS =
      Map.of(
          TransportChoice.PACKET_BYTES,
          0,
          TransportChoice.CONCEALMENT,
          Concealment.ZERO.id(),
          TransportChoice.CODEC,
          Codec.F32.id(),
          TransportChoice.PROTECT_GREATEST,
          0,
          TransportChoice.PROTECT_ABOVE,
          0.0);

  private TransportText() {}

  static Payload payload(Map<String, String> parameters) {
    return new Payload(
        Codec.ofId(
            TransportChoice.CODEC, parameters.getOrDefault(TransportChoice.CODEC, Codec.F32.id())),
        Protection.of(
            ParameterText.integerIfGiven(parameters, TransportChoice.PROTECT_GREATEST),
            ParameterText.numberIfGiven(parameters, TransportChoice.PROTECT_ABOVE)));
  }

  static void write(Payload payload, Map<String, String> parameters) {
    Map<String, Object> settings = new LinkedHashMap<>();
    TransportChoice.describe(payload, settings);
    write(settings, parameters);
  }

  static Packets packets(Map<String, String> parameters) {
    return Packets.of(
        ParameterText.integerIfGiven(parameters, TransportChoice.PACKET_ELEMENTS),
        ParameterText.integerIfGiven(parameters, TransportChoice.PACKET_BYTES));
  }

  static Concealment concealment(Map<String, String> parameters) {
    return Concealment.ofId(
        TransportChoice.CONCEALMENT,
        parameters.getOrDefault(TransportChoice.CONCEALMENT, Concealment.ZERO.id()));
  }

  static void write(Packets packets, Concealment concealment, Map<String, String> parameters) {
    Map<String, Object> settings = new LinkedHashMap<>();
    TransportChoice.describe(packets, concealment, settings);
    write(settings, parameters);
  }

  private static void write(Map<String, Object> settings, Map<String, String> parameters) {
    settings.forEach(
        (name, value) -> {
          if (!value.equals(AS_IT_ALWAYS_WAS.get(name))) {
            parameters.put(
                name,
                value instanceof Double number ? ShortestDecimal.of(number) : value.toString());
          }
        });
  }
}
