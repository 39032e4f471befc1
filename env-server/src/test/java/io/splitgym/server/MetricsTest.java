package io.splitgym.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.splitgym.registry.CountingSpec;
import io.splitgym.session.SessionLimits;
import org.junit.jupiter.api.Test;

/** What can be seen of a server from outside. */
class MetricsTest {
  private static final String ID = "X-Request-Id";

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
