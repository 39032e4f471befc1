package io.splitgym.cli;

import io.splitgym.cli.configuration.Configurable;
import io.splitgym.cli.configuration.Within;
import io.splitgym.server.ConnectionLimits;
import io.splitgym.server.operation.RequestLimits;
import io.splitgym.server.websocket.SocketLimits;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.Option;

/** What a server lets requests, connections and WebSockets do. */
@Configurable
final class LimitsOption {
  private static final String LLM = "llm";
  private static final int MOST_SECONDS = 1_000_000;
  private static final int MOST_THREADS = 10_000;

  @Option(
      names = "--max-body-bytes",
      paramLabel = "N",
      defaultValue = "1048576",
      description =
          "Bytes of a body, or of a message on a WebSocket (default: ${DEFAULT-VALUE}); where a"
              + " vector of environments is concerned, more for each.")
  @Within(low = 1, high = 1 << 30)
  private int maxBodyBytes;

  @Option(
      names = "--max-bytes-for-each-environment",
      paramLabel = "N",
      defaultValue = "64",
      description =
          "How many more, for each environment of a vector that is concerned; twice as many for its"
              + " state (default: ${DEFAULT-VALUE}).")
  @Within(low = 0, high = 1 << 16)
  private int maxBytesForEachEnvironment;

  @Option(
      names = "--max-depth",
      paramLabel = "N",
      defaultValue = "32",
      description =
          "How many objects and arrays of a body may be in one another (default:"
              + " ${DEFAULT-VALUE}).")
  @Within(low = 1, high = 1_000)
  private int maxDepth;

  @Option(
      names = "--max-steps-a-second",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Environment steps that one client may take in a second; 0 for no limit (default:"
              + " ${DEFAULT-VALUE}).")
  @Within(low = 0, high = Integer.MAX_VALUE)
  private int maxStepsASecond;

  @Option(
      names = "--max-points",
      paramLabel = "N",
      defaultValue = "4096",
      description = "Points in one prediction (default: ${DEFAULT-VALUE}).")
  @Within(low = 1, high = 1 << 20)
  private int maxPoints;

  @Option(
      names = "--max-slow-points",
      paramLabel = "N",
      defaultValue = "32",
      description =
          "Points in one prediction on the backend llm, where one that was never measured takes"
              + " seconds; at most max-points (default: ${DEFAULT-VALUE}).")
  @Within(low = 1, high = 1 << 20)
  private int maxSlowPoints;

  @Option(
      names = "--max-llm-seconds",
      paramLabel = "N",
      defaultValue = "600",
      description =
          "How long a call on the backend llm may take before it is answered that it goes on"
              + " (default: ${DEFAULT-VALUE}).")
  @Within(low = 1, high = MOST_SECONDS)
  private int maxLlmSeconds;

  @Option(
      names = "--max-connections",
      paramLabel = "N",
      defaultValue = "16384",
      description = "Connections at once; more wait to be accepted (default: ${DEFAULT-VALUE}).")
  @Within(low = 1, high = 1_000_000)
  private int maxConnections;

  @Option(
      names = "--max-connections-of-one-client",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Those that one client, which is an address, may have at once; more are closed at once; 0"
              + " for as many as there may be (default: ${DEFAULT-VALUE}).")
  @Within(low = 0, high = 1_000_000)
  private int maxConnectionsOfOneClient;

  @Option(
      names = "--header-seconds",
      paramLabel = "N",
      defaultValue = "10",
      description =
          "Within how long a request's header must be complete; who trickles it in is hung up on"
              + " (default: ${DEFAULT-VALUE}).")
  @Within(low = 1, high = MOST_SECONDS)
  private int headerSeconds;

  @Option(
      names = "--max-header-bytes",
      paramLabel = "N",
      defaultValue = "8192",
      description =
          "Bytes of a request's address, and of its address and header together (default:"
              + " ${DEFAULT-VALUE}).")
  @Within(low = 1 << 10, high = 1 << 20)
  private int maxHeaderBytes;

  @Option(
      names = "--max-waiting-bytes",
      paramLabel = "N",
      defaultValue = "268435456",
      description =
          "Bytes of bodies that aren't whole and of answers that nobody reads, over all connections;"
              + " beyond that a body is refused and a connection closed (default:"
              + " ${DEFAULT-VALUE}).")
  @Within(low = 1, high = Integer.MAX_VALUE)
  private int maxWaitingBytes;

  @Option(
      names = "--max-watchers",
      paramLabel = "N",
      defaultValue = "64",
      description = "Readers of the events at /v1/live at once (default: ${DEFAULT-VALUE}).")
  @Within(low = 1, high = 10_000)
  private int maxWatchers;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "64",
      description = "Requests worked on at once (default: ${DEFAULT-VALUE}).")
  @Within(low = 8, high = MOST_THREADS)
  private int threads;

  @Option(
      names = "--silence-seconds",
      paramLabel = "N",
      defaultValue = "60",
      description =
          "A connection on which nothing moves for so long is closed; a body may take no longer"
              + " (default: ${DEFAULT-VALUE}).")
  @Within(low = 1, high = MOST_SECONDS)
  private int silenceSeconds;

  @Option(
      names = "--grace-seconds",
      paramLabel = "N",
      defaultValue = "10",
      description = "How long a stop waits for what is in flight (default: ${DEFAULT-VALUE}).")
  @Within(low = 1, high = MOST_SECONDS)
  private int graceSeconds;

  @Option(
      names = "--max-in-flight",
      paramLabel = "N",
      defaultValue = "256",
      description =
          "Messages on one WebSocket that may wait for their answers (default: ${DEFAULT-VALUE}).")
  @Within(low = 1, high = 65_536)
  private int maxInFlight;

  @Option(
      names = "--max-bytes-in-flight",
      paramLabel = "N",
      defaultValue = "8388608",
      description =
          "Bytes that those messages may have together; once they have as many, none is read"
              + " (default: ${DEFAULT-VALUE}).")
  @Within(low = 1, high = 1 << 30)
  private int maxBytesInFlight;

  @Option(
      names = "--hello-seconds",
      paramLabel = "N",
      defaultValue = "10",
      description =
          "Within how long a WebSocket that needs a token must have sent it (default:"
              + " ${DEFAULT-VALUE}).")
  @Within(low = 1, high = MOST_SECONDS)
  private int helloSeconds;

  @Option(
      names = "--ping-seconds",
      paramLabel = "N",
      defaultValue = "20",
      description =
          "How often the server pings over a WebSocket; it hangs up when it hears nothing for three"
              + " times as long (default: ${DEFAULT-VALUE}).")
  @Within(low = 1, high = MOST_SECONDS)
  private int pingSeconds;

  @Option(
      names = "--socket-idle-minutes",
      paramLabel = "N",
      defaultValue = "30",
      description =
          "A WebSocket over which nothing was asked for so long is closed (default:"
              + " ${DEFAULT-VALUE}).")
  @Within(low = 1, high = MOST_SECONDS)
  private int socketIdleMinutes;

  RequestLimits requests() {
    RequestLimits standard = RequestLimits.DEFAULT;
    return new RequestLimits(
        maxBodyBytes,
        maxBytesForEachEnvironment,
        maxDepth,
        maxStepsASecond,
        maxPoints,
        maxSlowPoints,
        Map.of(LLM, Duration.ofSeconds(maxLlmSeconds)),
        standard.timeOfOthers());
  }

  SocketLimits sockets() {
    return new SocketLimits(
        maxInFlight,
        maxBytesInFlight,
        Duration.ofSeconds(pingSeconds),
        Duration.ofMinutes(socketIdleMinutes),
        Duration.ofSeconds(helloSeconds));
  }

  ConnectionLimits connections() {
    return new ConnectionLimits(
        maxConnections,
        maxConnectionsOfOneClient == 0 ? maxConnections : maxConnectionsOfOneClient,
        Duration.ofSeconds(headerSeconds),
        maxHeaderBytes,
        maxWaitingBytes);
  }

  int watchers() {
    return maxWatchers;
  }

  int threads() {
    return threads;
  }

  Duration silence() {
    return Duration.ofSeconds(silenceSeconds);
  }

  Duration grace() {
    return Duration.ofSeconds(graceSeconds);
  }
}
