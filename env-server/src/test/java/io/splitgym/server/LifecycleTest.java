package io.splitgym.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.splitgym.random.RandomStream;
import io.splitgym.registry.CountingSpec;
import io.splitgym.server.TestClient.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an agent does with an environment, over HTTP. */
class LifecycleTest {
  private static final String DEFAULTS = "{\"spec\": \"SplitInference-v0\"}";

  private static GymServer server;
  private static TestClient client;

  @BeforeAll
  static void start() {
    server = TestServers.start();
    client = new TestClient(server);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void anEnvironmentIsCreatedResetSteppedAndDeleted() {
    Answer created =
        client.post("/v1/envs", "{\"spec\": \"SplitInference-v0\", \"actions\": 7, \"seed\": 3}");
    assertThat(created.status()).isEqualTo(201);
    String path = "/v1/envs/" + created.json().get("id").asText();
    assertThat(created.header("Location")).isEqualTo(path);
    assertThat(created.json().at("/actionSpace/n").asInt()).isEqualTo(7);
    assertThat(created.json().get("seed").asInt()).isEqualTo(3);
    assertThat(created.json().get("status").asText()).isEqualTo("created");

    Answer reset =
        client.post(
            path + "/reset", "{\"seed\": 42, \"options\": {\"sigma\": 0.2, \"m\": 1, \"p\": 5}}");
    assertThat(reset.json().get("observation").toString()).isEqualTo("[0.2,1.0,5.0]");

    Answer step = client.post(path + "/step", "{\"action\": 2}");
    assertThat(step.json().get("observation").toString()).isEqualTo("[0.2,1.0,6.0]");
    assertThat(step.json().get("reward").asDouble()).isNegative();
    JsonNode described = client.get(path).json();
    assertThat(described.get("status").asText()).isEqualTo("running");
    assertThat(described.get("episodes").asInt()).isEqualTo(1);
    assertThat(described.get("steps").asInt()).isEqualTo(1);
    assertThat(client.get("/v1/envs").json().findValuesAsText("id"))
        .contains(created.json().get("id").asText());

    assertThat(client.delete(path).status()).isEqualTo(204);
    assertThat(client.delete(path).status()).isEqualTo(404);
    assertThat(client.post(path + "/step", "{\"action\": 2}").status()).isEqualTo(404);
    assertThat(client.get("/v1/envs").json().findValuesAsText("id"))
        .doesNotContain(created.json().get("id").asText());
  }

  @Test
  void anEpisodeEndsAndAnotherBegins() {
    String path = client.create("{\"spec\": \"SplitInference-v0\", \"episodeSteps\": 2}");
    client.post(path + "/reset", "{}");
    assertThat(client.post(path + "/step", "{\"action\": 0}").json().get("truncated").asBoolean())
        .isFalse();
    assertThat(client.post(path + "/step", "{\"action\": 0}").json().get("truncated").asBoolean())
        .isTrue();
    assertThat(client.get(path).json().get("status").asText()).isEqualTo("truncated");
    assertThat(client.post(path + "/step", "{\"action\": 0}").status()).isEqualTo(409);
    assertThat(client.post(path + "/reset", "").status()).isEqualTo(200);
    assertThat(client.post(path + "/step", "{\"action\": 0}").status()).isEqualTo(200);
    assertThat(client.get(path).json().get("episodes").asInt()).isEqualTo(2);
  }

  @Test
  void theReferencePresetEndsAsTerminated() {
    String path = client.create("{\"spec\": \"SplitInference-v0\", \"preset\": \"reference\"}");
    client.post(path + "/reset", "{\"seed\": 1}");
    Answer last = client.post(path + "/step", "{\"action\": 0}");
    for (int i = 1; i < 5; i++) {
      last = client.post(path + "/step", "{\"action\": 0}");
    }
    assertThat(last.json().get("terminated").asBoolean()).isTrue();
    assertThat(last.json().get("truncated").asBoolean()).isFalse();
  }

  @Test
  void aResetMayComeWithNoBodyAtAll() {
    String path = client.create(DEFAULTS);
    assertThat(client.send("POST", path + "/reset", null).status()).isEqualTo(200);
    assertThat(client.post(path + "/reset", "{\"seed\": null, \"options\": null}").status())
        .isEqualTo(200);
  }

  @Test
  void seedingAtCreationIsSeedingTheFirstReset() {
    String seeded = client.create("{\"spec\": \"SplitInference-v0\", \"seed\": 99}");
    String unseeded = client.create(DEFAULTS);
    assertThat(client.post(seeded + "/reset", "{}").text())
        .isEqualTo(client.post(unseeded + "/reset", "{\"seed\": 99}").text());
  }

  @Test
  void aDrawnSeedIsToldSoThatARunCanBeRepeated() {
    Answer drawn = client.post("/v1/envs", DEFAULTS);
    long seed = drawn.json().get("seed").asLong();
    assertThat(seed).isBetween(0L, (1L << 53) - 1);
    String path = "/v1/envs/" + drawn.json().get("id").asText();
    String again = client.create("{\"spec\": \"SplitInference-v0\", \"seed\": " + seed + "}");
    assertThat(client.post(path + "/reset", "{}").text())
        .isEqualTo(client.post(again + "/reset", "{}").text());
  }

  @Test
  void idsCannotBeGuessedAndStayOutOfInfo() {
    String path = client.create(DEFAULTS);
    String id = path.substring(path.lastIndexOf('/') + 1);
    assertThat(id).matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    assertThat(client.post(path + "/reset", "{}").text()).doesNotContain(id);
    assertThat(client.post(path + "/step", "{\"action\": 1}").text()).doesNotContain(id);
  }

  @Test
  void aServerKnowsSpecsThatHaveNothingToDoWithSplits() {
    String path = client.create("{\"spec\": \"" + CountingSpec.ID + "\", \"from\": 2.0}");
    JsonNode described = client.get(path).json();
    assertThat(described.at("/actionSpace/low").toString()).isEqualTo("[-3.4028235E38,0.0]");
    assertThat(described.at("/actionSpace/high").toString()).isEqualTo("[3.4028235E38,0.1]");
    assertThat(client.post(path + "/reset", "{\"options\": {\"skip\": 1}}").text())
        .isEqualTo("{\"observation\":0,\"info\":{}}");
    assertThat(client.post(path + "/step", "{\"action\": [1, 0.1]}").json().get("observation"))
        .hasToString("1");
    assertThat(client.get("/v1/env-specs").json().at("/specs/1/id").asText())
        .isEqualTo(CountingSpec.ID);
  }

  @Test
  void observationsAreTheShortestDecimalsOfTheirFloats() {
    String path = client.create(DEFAULTS);
    for (float sigma : new float[] {0.1f, 0.2f, 1 / 7f, 0.0025f, 1e-9f}) {
      String text =
          client
              .post(path + "/reset", "{\"options\": {\"sigma\": " + sigma + "}}")
              .json()
              .at("/observation/0")
              .asText();
      assertThat(Float.parseFloat(text)).isEqualTo(sigma);
      assertThat(text.replaceAll("[^0-9]", "").length()).isLessThanOrEqualTo(10);
    }
  }

  @Test
  void theSameSeedAndActionsGiveTheSameBytesAfterARestart() {
    List<String> before = trajectory(client, 7, 30);
    try (GymServer another = TestServers.start()) {
      assertThat(trajectory(new TestClient(another), 7, 30)).isEqualTo(before);
    }
    assertThat(trajectory(client, 8, 30)).isNotEqualTo(before);
  }

  @Test
  void manyAtOnceGoAsEachAlone() throws Exception {
    int agents = 24;
    List<List<String>> alone = new ArrayList<>();
    for (int seed = 0; seed < agents; seed++) {
      alone.add(trajectory(client, seed, 25));
    }
    ExecutorService pool = Executors.newFixedThreadPool(agents);
    try {
      List<Future<List<String>>> together = new ArrayList<>();
      for (int seed = 0; seed < agents; seed++) {
        int mine = seed;
        together.add(pool.submit(() -> trajectory(client, mine, 25)));
      }
      for (int seed = 0; seed < agents; seed++) {
        assertThat(together.get(seed).get()).as("seed %d", seed).isEqualTo(alone.get(seed));
      }
    } finally {
      pool.shutdownNow();
    }
  }

  /** The bodies of a run with random actions; unseeded resets go on from the seeded one. */
  private static List<String> trajectory(TestClient client, long seed, int steps) {
    RandomStream actions = RandomStream.ofSeed(seed).named("actions");
    String path =
        client.create(
            "{\"spec\": \"SplitInference-v0\", \"dynamics\": {\"kind\": \"gauss-markov\"}}");
    List<String> bodies = new ArrayList<>();
    bodies.add(client.post(path + "/reset", "{\"seed\": " + seed + "}").text());
    for (int i = 0; i < steps; i++) {
      Answer step = client.post(path + "/step", "{\"action\": " + actions.nextInteger(0, 4) + "}");
      bodies.add(step.text());
      if (step.json().get("truncated").asBoolean()) {
        bodies.add(client.post(path + "/reset", "{}").text());
      }
    }
    client.delete(path);
    return bodies;
  }
}
