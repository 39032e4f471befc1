package io.splitgym.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.splitgym.registry.AnalyticModels;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.SplitInferenceSpec;
import io.splitgym.server.EmptyServer;
import io.splitgym.server.GymServer;
import io.splitgym.server.ServerSettings;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A real server and an empty one, asked for a moment each. */
class ServerLoadTest {
  private static GymServer server;
  private static EmptyServer empty;
  private static ServerLoad load;

  @BeforeAll
  static void start() throws IOException {
    server =
        GymServer.start(
            ServerSettings.onLoopback(0),
            new EnvironmentRegistry(List.of(new SplitInferenceSpec(new AnalyticModels()))));
    empty = EmptyServer.start(ServerSettings.onLoopback(0));
    URI there = URI.create("http://127.0.0.1:" + empty.port());
    load = new ServerLoad(server.address(), there, EmptyServer.PATH, 2, 0.02, 20);
  }

  @AfterAll
  static void stop() {
    server.close();
    empty.close();
  }

  @Test
  void resetsAreMessagesAndNoSteps() throws IOException {
    Pace pace = load.rest().server();

    assertThat(pace.steps()).isPositive().isLessThan(pace.messages());
    assertThat(pace.p50()).isPositive().isLessThanOrEqualTo(pace.p99());
  }

  @ParameterizedTest
  @CsvSource({"1", "64"})
  void episodesGoOnOverAWebSocketWithManyInFlight(int inFlight) throws IOException {
    Comparison compared = load.webSocket(inFlight);

    assertThat(compared.server().steps()).isPositive();
    assertThat(compared.empty().messages()).isPositive();
    assertThat(compared.share()).isPositive();
  }

  @ParameterizedTest
  @CsvSource({"1, true", "1, false", "3000, true", "3000, false"})
  void vectorsOfAnySizeStepInBothEncodings(int environments, boolean binary) throws IOException {
    ServerLoad.OfVector vector = load.vector(environments, binary);

    assertThat(vector.environmentSteps()).isPositive();
    // a float32 observation and a float64 reward at the least
    assertThat(vector.bytes()).isGreaterThan(20 * environments);
    assertThat(listed("/v1/vector-envs", "vectors")).isEmpty();
  }

  @Test
  void everyOpenedEnvironmentHasTakenAStep() throws IOException {
    int before = listed("/v1/envs", "environments").size();

    load.open(3);

    JsonNode all = listed("/v1/envs", "environments");
    assertThat(all).hasSize(before + 3);
    assertThat(all.get(all.size() - 1).path("steps").asInt()).isEqualTo(1);
  }

  @Test
  void aRefusalIsNoAnswer() throws IOException {
    try (HttpConnection http = new HttpConnection(server.address());
        WebSocketConnection socket = new WebSocketConnection(server.address())) {
      assertThatThrownBy(() -> http.ask(http.post("/v1/envs/none/step", "{\"action\":0}")))
          .hasMessageContaining("404");
      socket.send(WebSocketConnection.frame("{\"id\":1,\"type\":\"nothing\"}"));
      assertThatThrownBy(socket::receive).hasMessageContaining("nothing");
    }
  }

  private static JsonNode listed(String path, String member) throws IOException {
    var url = server.address().resolve(path).toURL();
    try (var in = url.openStream()) {
      return new com.fasterxml.jackson.databind.ObjectMapper().readTree(in).path(member);
    }
  }
}
