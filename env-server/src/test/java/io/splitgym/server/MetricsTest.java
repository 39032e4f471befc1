package io.splitgym.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.splitgym.registry.CountingSpec;
import io.splitgym.session.SessionLimits;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What can be seen of a server from outside. */
class MetricsTest {
  private static final String ID = "X-Request-Id";

  private final ExecutorService callers = Executors.newFixedThreadPool(3);

  @AfterEach
  void stop() {
    callers.shutdownNow();
  }

  @Test
  void callsInOpenEnvsProtocolAreCountedToo() {
    try (GymServer server = TestServers.start()) {
      TestClient openEnv = new TestClient(server, Contract.ofOpenEnv(), "/openenv");
      openEnv.post("/reset", "{\"episode_id\": \"a\"}");
      openEnv.post("/step", "{\"episode_id\": \"a\", \"action\": {\"action\": 1}}");
      assertThat(new TestClient(server).get("/metrics").text())
          .contains(
              "splitgym_calls_seconds_count{backend=\"surrogate\",operation=\"openenv"
                  + " step\",outcome=\"done\"} 1");
    }
  }

  @Test
  void callsAreCountedByOperationAndBackend() {
    try (GymServer server = TestServers.start()) {
      TestClient client = new TestClient(server);
      String made = client.create("{\"spec\": \"SplitInference-v0\"}");
      client.post(made + "/reset", "{\"seed\": 1}");
      for (int i = 0; i < 3; i++) {
        assertThat(client.post(made + "/step", "{\"action\": 2}").status()).isEqualTo(200);
      }
      client.post(made + "/step", "{\"action\": 99}");
      String text = client.get("/metrics").text();
      assertThat(text)
          .contains("splitgym_sessions 1.0")
          .contains("splitgym_environment_steps_total 4.0")
          .contains(
              "splitgym_calls_seconds_count{backend=\"surrogate\",operation=\"step\",outcome=\"done\"}"
                  + " 3")
          .contains(
              "splitgym_calls_seconds_count{backend=\"surrogate\",operation=\"step\",outcome=\"refused\"}"
                  + " 1")
          .contains("splitgym_calls_seconds_bucket{backend=\"surrogate\",operation=\"step\"")
          .contains("splitgym_slow_calls_waiting 0.0")
          .contains("splitgym_llm_evaluations_total 0.0");
    }
  }

  @Test
  void callsThatWaitForAnEarlierOneOnTheSameEnvironmentAreCounted() throws Exception {
    CountingSpec slow = new CountingSpec();
    try (GymServer server = TestServers.start(ServerSettings.onLoopback(0), slow)) {
      TestClient client = new TestClient(server);
      String made = client.create("{\"spec\": \"" + CountingSpec.ID + "\"}");
      client.post(made + "/reset", "{}");
      List<CompletableFuture<Integer>> steps = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        steps.add(
            CompletableFuture.supplyAsync(
                () -> client.post(made + "/step", "{\"action\": [9, 0]}").status(), callers));
      }
      awaitMetric(client, "splitgym_session_calls_waiting 2.0");
      slow.latch.countDown();
      for (CompletableFuture<Integer> step : steps) {
        assertThat(step.get(20, TimeUnit.SECONDS)).isEqualTo(200);
      }
      awaitMetric(client, "splitgym_session_calls_waiting 0.0");
    }
  }

  @Test
  void bytesThatWaitForTheirClientAreCounted() throws Exception {
    try (GymServer server = TestServers.start();
        Socket socket = new Socket("127.0.0.1", server.port())) {
      TestClient client = new TestClient(server);
      socket
          .getOutputStream()
          .write(
              "POST /v1/envs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n1234567"
                  .getBytes(US_ASCII));
      awaitMetric(client, "splitgym_waiting_bytes 7.0");
      socket.close();
      awaitMetric(client, "splitgym_waiting_bytes 0.0");
    }
  }

  private static void awaitMetric(TestClient client, String line) throws InterruptedException {
    String text = client.get("/metrics").text();
    for (int i = 0; i < 400 && !text.contains(line); i++) {
      Thread.sleep(50);
      text = client.get("/metrics").text();
    }
    assertThat(text).contains(line);
  }

  @Test
  void metricsNeedTheTokenAndReadinessDoesNot() {
    SessionLimits limits = TestServers.limits(1, 4);
    try (GymServer server =
        TestServers.start(TestServers.settings(limits, "a-secret"), new CountingSpec())) {
      TestClient client = new TestClient(server);
      assertThat(client.get("/metrics").status()).isEqualTo(401);
      assertThat(client.get("/ready").status()).isEqualTo(200);
    }
  }

  @Test
  void aRequestIdIsToldBackAndAProblemAlwaysHasOne() {
    try (GymServer server = TestServers.start()) {
      TestClient client = new TestClient(server);
      assertThat(client.send("GET", "/v1/envs", null, "X-Request-Id", "run-7:1").header(ID))
          .isEqualTo("run-7:1");
      assertThat(client.send("GET", "/v1/envs", null, "X-Request-Id", "a b").header(ID)).isNull();
      assertThat(client.get("/v1/envs").header(ID)).isNull();
      assertThat(client.get("/v1/envs/none").header(ID)).isNotBlank();
      assertThat(client.send("GET", "/v1/envs/none", null, "X-Request-Id", "mine").header(ID))
          .isEqualTo("mine");
    }
  }

  @Test
  void aFullServerIsHealthyButNotReady() {
    try (GymServer server =
        TestServers.start(
            TestServers.settings(TestServers.limits(1, 4), null), new CountingSpec())) {
      TestClient client = new TestClient(server);
      String made = client.create("{\"spec\": \"SplitInference-v0\"}");
      assertThat(client.get("/ready").status()).isEqualTo(503);
      assertThat(client.get("/health").status()).isEqualTo(200);
      client.delete(made);
      assertThat(client.get("/ready").status()).isEqualTo(200);
    }
  }
}
