package io.splitgym.channel;

import io.splitgym.transport.Codec;
import io.splitgym.transport.Concealment;
import io.splitgym.transport.Packets;
import io.splitgym.transport.Payload;
import io.splitgym.transport.Protection;
import java.util.Map;

/**
 * A transport among a channel's parameters as text. What is as it always was isn't written: the
 * text of a channel that was measured before there were codecs stays what identifies it.
 */
final class TransportText {
  private TransportText() {}

  static Payload payload(Map<String, String> parameters) {
    Protection protection = new Protection.None();
    if (parameters.containsKey(TransportChoice.PROTECT_GREATEST)) {
      protection =
          new Protection.Greatest(
              ParameterText.integer(parameters, TransportChoice.PROTECT_GREATEST));
    } else if (parameters.containsKey(TransportChoice.PROTECT_ABOVE)) {
      protection =
          new Protection.Above(ParameterText.number(parameters, TransportChoice.PROTECT_ABOVE));
    }
    return new Payload(
        Codec.ofId(
            TransportChoice.CODEC, parameters.getOrDefault(TransportChoice.CODEC, Codec.F32.id())),
        protection);
  }

  static void write(Payload payload, Map<String, String> parameters) {
    if (payload.codec() != Codec.F32) {
      parameters.put(TransportChoice.CODEC, payload.codec().id());
    }
    if (payload.protection() instanceof Protection.Greatest greatest) {
      parameters.put(TransportChoice.PROTECT_GREATEST, Integer.toString(greatest.elements()));
    } else if (payload.protection() instanceof Protection.Above above) {
      parameters.put(TransportChoice.PROTECT_ABOVE, ShortestDecimal.of(above.ratio()));
    }
  }

  static Packets packets(Map<String, String> parameters) {
    return parameters.containsKey(TransportChoice.PACKET_BYTES)
        ? new Packets.OfBytes(ParameterText.integer(parameters, TransportChoice.PACKET_BYTES))
        : new Packets.OfElements(
            ParameterText.integer(parameters, TransportChoice.PACKET_ELEMENTS));
  }

  static Concealment concealment(Map<String, String> parameters) {
    return Concealment.ofId(
        TransportChoice.CONCEALMENT,
        parameters.getOrDefault(TransportChoice.CONCEALMENT, Concealment.ZERO.id()));
  }

  static void write(Packets packets, Concealment concealment, Map<String, String> parameters) {
    if (packets instanceof Packets.OfBytes ofBytes) {
      parameters.put(TransportChoice.PACKET_BYTES, Integer.toString(ofBytes.bytes()));
    } else if (packets instanceof Packets.OfElements ofElements) {
      parameters.put(TransportChoice.PACKET_ELEMENTS, Integer.toString(ofElements.elements()));
    }
    if (concealment != Concealment.ZERO) {
      parameters.put(TransportChoice.CONCEALMENT, concealment.id());
    }
  }
}
