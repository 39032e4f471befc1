package io.splitgym.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.splitgym.registry.CountingSpec;
import io.splitgym.server.TestClient.Answer;
import io.splitgym.server.operation.RequestLimits;
import io.splitgym.server.websocket.SocketLimits;
import io.splitgym.session.SessionLimits;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits that were set, and the problems that name them. */
class LimitsTest {
  private static final String DEFAULTS = "{\"spec\": \"SplitInference-v0\"}";
  static final int THREADS = 16;
  private static final Duration LONG = Duration.ofMinutes(1);

  @Test
  void oneClientMayHaveOnlySoManyEnvironments() {
    SessionLimits sessions = new SessionLimits(10, 2, 8, LONG, 4, LONG);
    try (GymServer server = start(sessions, RequestLimits.DEFAULT, Set.of())) {
      TestClient client = new TestClient(server);
      client.create(DEFAULTS);
      String second = client.create(DEFAULTS);
      Answer refused = client.post("/v1/envs", DEFAULTS);
      assertThat(refused.status()).isEqualTo(429);
      assertThat(refused.problem("field")).isEqualTo("sessions of one client");
      assertThat(refused.problem("allowed")).isEqualTo("at most 2");
      client.delete(second);
      client.create(DEFAULTS);
      try (RawSocket socket = new RawSocket(server)) {
        assertThat(
                socket
                    .ask("{\"id\": 1, \"type\": \"create\", \"spec\": \"SplitInference-v0\"}")
                    .at("/problem/field")
                    .asText())
            .isEqualTo("sessions of one client");
      }
    }
  }

  @Test
  void bodiesDepthAndStepsHaveTheLimitsThatWereSet() {
    RequestLimits requests = new RequestLimits(400, 0, 3, 2, 2, 1, Map.of(), LONG);
    try (GymServer server = start(SessionLimits.DEFAULT, requests, Set.of())) {
      TestClient client = new TestClient(server);
      Answer large = client.post("/v1/envs", DEFAULTS + " ".repeat(400));
      assertThat(large.status()).isEqualTo(413);
      assertThat(large.problem("allowed")).isEqualTo("at most 400 bytes");

      String path = client.create(DEFAULTS);
      Answer deep = client.post(path + "/step", "{\"action\": [[[1]]]}");
      assertThat(deep.status()).isEqualTo(400);
      assertThat(deep.problem("detail")).contains("at most 3 deep");

      client.post(path + "/reset", "{}");
      Answer step = client.post(path + "/step", "{\"action\": 0}");
      int steps = 0;
      while (step.status() == 200 && steps++ < 50) {
        step = client.post(path + "/step", "{\"action\": 0}");
      }
      assertThat(step.status()).isEqualTo(429);
      assertThat(step.problem("field")).isEqualTo("steps a second");
      assertThat(step.header("Retry-After")).isEqualTo("1");
      assertThat(client.get("/v1/handshake").json().at("/limits/stepsASecond").asInt())
          .isEqualTo(2);
      assertThat(client.get("/v1/handshake").json().at("/limits/points").asInt()).isEqualTo(2);
      String point = "[0.1, 1, 5]";
      Answer points =
          client.post(
              "/v1/predict",
              "{\"spec\": \"SplitInference-v0\", \"points\": ["
                  + String.join(", ", point, point, point)
                  + "]}");
      assertThat(points.status()).isEqualTo(422);
      assertThat(points.problem("allowed")).contains("2");
    }
  }

  @Test
  void environmentsInVectorsHaveTheLimitThatWasSet() {
    SessionLimits sessions = new SessionLimits(10, 10, 8, 10, LONG, 4, LONG);
    try (GymServer server = start(sessions, RequestLimits.DEFAULT, Set.of())) {
      TestClient client = new TestClient(server);
      String eight = "{\"spec\": \"SplitInference-v0\", \"numEnvs\": 8}";
      assertThat(client.post("/v1/vector-envs", eight).status()).isEqualTo(201);
      Answer refused = client.post("/v1/vector-envs", eight);
      assertThat(refused.status()).isEqualTo(429);
      assertThat(refused.problem("allowed")).isEqualTo("at most 10");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://evil.example", "null", "http://127.0.0.1:1"})
  void pagesFromElsewhereMayNotAskAnything(String origin) {
    try (GymServer server = start(SessionLimits.DEFAULT, RequestLimits.DEFAULT, Set.of())) {
      TestClient client = new TestClient(server);
      Answer refused = client.send("GET", "/v1/envs", null, "Origin", origin);
      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.problem("type")).endsWith(":origin-not-allowed");
      assertThat(refused.header("Access-Control-Allow-Origin")).isNull();
      assertThat(
              client.send("GET", "/v1/envs", null, "Origin", server.address().toString()).status())
          .isEqualTo(200);
    }
  }

  @Test
  void aPageFromAnOriginThatWasAllowedMay() {
    String lab = "https://lab.example";
    try (GymServer server = start(SessionLimits.DEFAULT, RequestLimits.DEFAULT, Set.of(lab))) {
      TestClient client = new TestClient(server);
      Answer answer = client.send("POST", "/v1/envs", DEFAULTS, "Origin", lab);
      assertThat(answer.status()).isEqualTo(201);
      assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(lab);
      assertThat(answer.header("Vary")).isEqualTo("Origin");
      try (RawSocket socket = new RawSocket(server, "Origin: " + lab + "\r\n")) {
        assertThat(socket.status()).contains(" 101 ");
      }
      try (RawSocket socket = new RawSocket(server, "Origin: https://other.example\r\n")) {
        assertThat(socket.status()).contains(" 403 ");
      }
    }
  }

  @Test
  void aNumberInAQueryIsAsLargeAsOneInABody() {
    try (GymServer server = start(SessionLimits.DEFAULT, RequestLimits.DEFAULT, Set.of())) {
      TestClient client = new TestClient(server);
      assertThat(client.get("/v1/envs?after=1000000000000000001").status()).isEqualTo(200);
      assertThat(client.get("/v1/envs?after=99999999999999999999").status()).isEqualTo(422);
      assertThat(client.get("/v1/envs?after=x").status()).isEqualTo(400);
    }
  }

  @Test
  void everyAnswerForbidsGuessingItsType() {
    try (GymServer server = start(SessionLimits.DEFAULT, RequestLimits.DEFAULT, Set.of())) {
      TestClient client = new TestClient(server);
      for (String path : new String[] {"/health", "/docs", "/nowhere"}) {
        assertThat(client.get(path).header("X-Content-Type-Options")).isEqualTo("nosniff");
      }
    }
  }

  private static GymServer start(
      SessionLimits sessions, RequestLimits requests, Set<String> origins) {
    return TestServers.start(settings(sessions, requests, origins), new CountingSpec());
  }

  /** On which two may watch. */
  static ServerSettings settings(
      SessionLimits sessions, RequestLimits requests, Set<String> origins) {
    return settings(sessions, requests, origins, LONG);
  }

  static ServerSettings settings(
      SessionLimits sessions, RequestLimits requests, Set<String> origins, Duration silence) {
    return new ServerSettings(
        ServerSettings.LOOPBACK,
        0,
        null,
        origins,
        sessions,
        requests,
        SocketLimits.DEFAULT,
        ConnectionLimits.DEFAULT,
        2,
        THREADS,
        silence,
        Duration.ofSeconds(10),
        false);
  }
}
