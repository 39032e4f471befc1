package io.splitgym.server;

import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.EnvironmentSpec;
import io.splitgym.server.operation.Operation;
import io.splitgym.server.wire.Encoding;
import io.splitgym.server.wire.HandshakeBody;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a server tells of itself first. */
final class Handshakes {
  /** MAJOR.MINOR of openapi.yaml's version. */
  private static final String PROTOCOL = "1.0";

  private Handshakes() {}

  static HandshakeBody of(
      ServerSettings settings,
      EnvironmentRegistry registry,
      List<Operation> operations,
      String version) {
    Map<String, Long> limits = new LinkedHashMap<>();
    limits.put("sessions", (long) settings.sessions().sessions());
    limits.put("sessionsOfOneClient", (long) settings.sessions().sessionsOfOneClient());
    limits.put("vectorSize", (long) settings.sessions().vectorSize());
    limits.put("environmentsInVectors", settings.sessions().vectorEnvironments());
    limits.put("waitingCalls", (long) settings.sessions().waiting());
    limits.put("waitingSeconds", settings.sessions().patience().toSeconds());
    limits.put("idleSeconds", settings.sessions().idle().toSeconds());
    limits.put("bodyBytes", (long) settings.requests().bodyBytes());
    limits.put("bytesForEachEnvironment", (long) settings.requests().bytesForEachEnvironment());
    limits.put("depth", (long) settings.requests().depth());
    limits.put("stepsASecond", (long) settings.requests().stepsASecond());
    limits.put("points", (long) settings.requests().points());
    limits.put("slowPoints", (long) settings.requests().slowPoints());
    limits.put("connectionsOfOneClient", (long) settings.connections().ofOneClient());
    limits.put("headerSeconds", settings.connections().header().toSeconds());
    limits.put("watchers", (long) settings.watchers());
    limits.put("messagesInFlight", (long) settings.sockets().inFlight());
    limits.put("bytesInFlight", (long) settings.sockets().bytesInFlight());
    limits.put("helloSeconds", settings.sockets().hello().toSeconds());
    limits.put("pingSeconds", settings.sockets().ping().toSeconds());
    Map<String, String> transports = new LinkedHashMap<>();
    transports.put("rest", "/v1");
    transports.put("websocket", "/v1/ws");
    transports.put("events", "/v1/live");
    return new HandshakeBody(
        PROTOCOL,
        "splitgym",
        version,
        Arrays.stream(Encoding.values()).map(Encoding::mediaType).toList(),
        transports,
        limits,
        operations.stream().map(Operation::type).sorted().toList(),
        registry.specs().stream()
            .map(
                spec ->
                    new HandshakeBody.Choice(
                        spec.id(),
                        spec.backends().stream().map(EnvironmentSpec.Named::name).toList()))
            .toList());
  }
}
