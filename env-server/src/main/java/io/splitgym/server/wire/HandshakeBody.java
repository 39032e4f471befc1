package io.splitgym.server.wire;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.Map;

/**
 * What a client needs to know before it asks for anything else.
 *
 * @param protocol MAJOR.MINOR of the contract: another MAJOR breaks clients
 * @param name of the product
 * @param version of the product
 * @param encodings media types of bodies
 * @param transports paths by name
 * @param limits by name, as problems name them
 * @param messages the types of message that the WebSocket knows
 * @param specs what can be created
 */
@JsonPropertyOrder({
  "protocol",
  "name",
  "version",
  "encodings",
  "transports",
  "limits",
  "messages",
  "specs"
})
public record HandshakeBody(
    String protocol,
    String name,
    String version,
    List<String> encodings,
    Map<String, String> transports,
    Map<String, Long> limits,
    List<String> messages,
    List<Choice> specs) {

  /** A spec by its id, and what can answer its steps, the default first. */
  @JsonPropertyOrder({"id", "backends"})
  public record Choice(String id, List<String> backends) {}
}
