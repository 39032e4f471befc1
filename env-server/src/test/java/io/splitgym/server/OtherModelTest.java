package io.splitgym.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.splitgym.durability.DurableLog;
import io.splitgym.registry.AnalyticModels;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.SplitInferenceSpec;
import io.splitgym.server.TestClient.Answer;
import io.splitgym.session.SessionLimits;
import io.splitgym.session.Sessions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server that is started again with another model, and states that come from one. */
class OtherModelTest {
  private static final String OWN = AnalyticModels.FINGERPRINT;
  private static final String OTHER = "0123456789abcdef".repeat(4);
  private static final double CLEAN = 3;

  @TempDir private Path folder;

  /** What is told of both kinds. */
  enum Kind {
    SINGLE("/v1/envs", "{\"spec\": \"SplitInference-v0\", \"seed\": 7}", "{\"action\": %d}"),
    VECTOR(
        "/v1/vector-envs",
        "{\"spec\": \"SplitInference-v0\", \"seed\": 7, \"numEnvs\": 3}",
        "{\"actions\": [%1$d, 4, %1$d]}");

    private final String path;
    private final String make;
    private final String step;

    Kind(String path, String make, String step) {
      this.path = path;
      this.make = make;
      this.step = step;
    }
  }

  @ParameterizedTest
  @EnumSource
  void anEnvironmentIsRefusedThereAndGoesOnWhereItsOwnModelAnswersAgain(Kind kind)
      throws IOException {
    String path;
    List<String> expected = new ArrayList<>();
    try (GymServer server = start(new AnalyticModels())) {
      TestClient client = new TestClient(server);
      path = begun(client, kind);
      String twin = begun(client, kind);
      for (int i = 0; i < 3; i++) {
        expected.add(step(client, kind, twin, i).text());
      }
    }
    try (GymServer server = start(new AnalyticModels(OTHER, CLEAN + 0.25))) {
      TestClient client = new TestClient(server);
      assertThat(client.get(path).json().get("fingerprint").asText()).isEqualTo(OWN);
      String before = client.get(path).text();
      for (Answer refused :
          List.of(
              step(client, kind, path, 0),
              client.post(path + "/reset", "{\"seed\": 1}"),
              client.get(path + "/state"),
              client.send("POST", path + "/clone", null),
              step(client, kind, path, 0))) {
        assertOtherModel(refused);
        assertThat(refused.problem("value")).isEqualTo(OTHER);
        assertThat(refused.problem("allowed")).isEqualTo(OWN);
      }
      assertThat(client.get(path).text()).isEqualTo(before);
    }
    try (GymServer server = start(new AnalyticModels())) {
      TestClient client = new TestClient(server);
      for (int i = 0; i < 3; i++) {
        assertThat(step(client, kind, path, i).text()).isEqualTo(expected.get(i));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aStateIsRefusedByAnEnvironmentOnAnotherModel(Kind kind) throws IOException {
    String state;
    try (GymServer server = start(new AnalyticModels())) {
      TestClient client = new TestClient(server);
      Answer saved = client.get(begun(client, kind) + "/state");
      assertThat(saved.json().get("fingerprint").asText()).isEqualTo(OWN);
      state = saved.text();
    }
    try (GymServer server = start(new AnalyticModels(OTHER, CLEAN + 0.25))) {
      TestClient client = new TestClient(server);
      String path = begun(client, kind);
      String before = client.get(path + "/state").text();
      assertOtherModel(client.send("PUT", path + "/state", state));
      assertThat(client.get(path + "/state").text()).isEqualTo(before);
      assertOtherModel(client.post(kind.path, "{\"state\": " + state + "}"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void callsThatLeadElsewhereWhenTheyAreCarriedOutAgainAreNoticed(Kind kind) throws IOException {
    String path;
    try (GymServer server = start(new AnalyticModels())) {
      TestClient client = new TestClient(server);
      path = begun(client, kind);
      step(client, kind, path, 2);
    }
    // it calls itself the same, as another version of the same arithmetic might
    try (GymServer server = start(new AnalyticModels(OWN, CLEAN + 1e-9))) {
      TestClient client = new TestClient(server);
      Answer refused = step(client, kind, path, 1);
      assertThat(refused.status()).as(refused.text()).isEqualTo(409);
      assertThat(refused.problem("detail")).contains("other values", OWN);
    }
  }

  private static void assertOtherModel(Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(409);
    assertThat(answer.problem("type")).isEqualTo("urn:splitgym:problem:other-model");
    assertThat(answer.problem("detail")).contains(OWN, OTHER);
    assertThat(answer.problem("field")).isEqualTo("fingerprint");
  }

  private static String begun(TestClient client, Kind kind) {
    String path = kind.path + "/" + client.post(kind.path, kind.make).json().get("id").asText();
    client.post(path + "/reset", "{\"seed\": 5}");
    return path;
  }

  private static Answer step(TestClient client, Kind kind, String path, int action) {
    return client.post(path + "/step", String.format(kind.step, action));
  }

  private GymServer start(AnalyticModels models) throws IOException {
    EnvironmentRegistry registry = new EnvironmentRegistry(List.of(new SplitInferenceSpec(models)));
    Sessions sessions =
        new Sessions(
            registry, SessionLimits.DEFAULT, System::nanoTime, DurableLog.open(folder, 1 << 20));
    return GymServer.start(ServerSettings.onLoopback(0), sessions, registry, null);
  }
}
