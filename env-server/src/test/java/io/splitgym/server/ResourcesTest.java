package io.splitgym.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.splitgym.durability.FolderTakenException;
import io.splitgym.server.TestClient.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Environments as resources: keys, lists, states, clones. */
class ResourcesTest {
  private static final String DRIFTING =
      "{\"spec\": \"SplitInference-v0\", \"seed\": 5, \"dynamics\": {\"kind\": \"gauss-markov\"}}";

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
  void aSavedStateLeadsWhereItLedInAnyEnvironmentOfItsKind() {
    String path = begun();
    String state = client.get(path + "/state").text();
    String first = client.post(path + "/step", "{\"action\": 2}").text();
    client.post(path + "/step", "{\"action\": 1}");

    Answer restored = client.send("PUT", path + "/state", state);
    assertThat(restored.status()).isEqualTo(200);
    assertThat(restored.json().get("steps").asInt()).isEqualTo(1);
    assertThat(client.post(path + "/step", "{\"action\": 2}").text()).isEqualTo(first);

    String other = client.create(DRIFTING);
    client.send("PUT", other + "/state", state);
    assertThat(client.post(other + "/step", "{\"action\": 2}").text()).isEqualTo(first);

    Answer made = client.post("/v1/envs", "{\"state\": " + state + "}");
    assertThat(made.status()).isEqualTo(201);
    assertThat(made.json().get("status").asText()).isEqualTo("running");
    assertThat(client.post(made.header("Location") + "/step", "{\"action\": 2}").text())
        .isEqualTo(first);
  }

  @Test
  void aCloneGoesOnAsTheOriginalDoes() {
    String path = begun();
    Answer clone = client.send("POST", path + "/clone", null);
    assertThat(clone.status()).isEqualTo(201);
    assertThat(clone.header("Location")).isNotEqualTo(path);
    String copy = String.valueOf(clone.header("Location"));
    for (int i = 0; i < 4; i++) {
      String body = "{\"action\": " + i + "}";
      assertThat(client.post(copy + "/step", body).text())
          .isEqualTo(client.post(path + "/step", body).text());
    }
    assertThat(client.post(copy + "/reset", "{}").text())
        .isEqualTo(client.post(path + "/reset", "{}").text());
  }

  @Test
  void numbersOfAStateMayChangeTheirFormOnTheWay() throws IOException {
    String path = begun();
    String state = client.get(path + "/state").text().replace("0.0,", "0,").replace("1.0", "1");
    assertThat(client.send("PUT", path + "/state", state).status()).isEqualTo(200);
    ObjectNode turned = new ObjectMapper().createObjectNode();
    JsonNode read = new ObjectMapper().readTree(state);
    List<String> names = new ArrayList<>();
    read.fieldNames().forEachRemaining(names::add);
    for (int i = names.size() - 1; i >= 0; i--) {
      turned.set(names.get(i), read.get(names.get(i)));
    }
    assertThat(client.send("PUT", path + "/state", turned.toString()).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "format | \"other\" | 422 | format",
        "version | 2 | 422 | version",
        "version | \"1\" | 400 | version",
        "spec | \"Counting-v3\" | 422 | checksum",
        "seed | 6 | 422 | checksum",
        "parameters | [] | 400 | parameters",
        "parameters | {} | 422 | checksum",
        "status | \"asleep\" | 422 | status",
        "episodes | -1 | 422 | episodes",
        "steps | 1.5 | 400 | steps",
        "steps | 3 | 422 | checksum",
        "data | \"%%%\" | 422 | data",
        "data | 7 | 400 | data",
        "data | \"\" | 422 | checksum",
        "checksum | \"00\" | 422 | checksum",
        "extra | 1 | 400 | extra",
      })
  void aStateThatWasTamperedWithIsRefused(String field, String value, int status, String named)
      throws IOException {
    String path = begun();
    String before = client.get(path + "/state").text();
    ObjectNode state = (ObjectNode) client.get(path + "/state").json();
    state.set(field, new ObjectMapper().readTree(value));
    Answer answer = client.send("PUT", path + "/state", state.toString());
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.problem("field")).isEqualTo(named);
    Answer made = client.post("/v1/envs", "{\"state\": " + state + "}");
    assertThat(made.status()).isEqualTo(status);
    assertThat(made.problem("field")).isEqualTo("state." + named);
    assertThat(client.get(path + "/state").text()).isEqualTo(before);
  }

  @Test
  void aStateWithoutAFieldIsRefused() {
    String path = begun();
    ObjectNode whole = (ObjectNode) client.get(path + "/state").json();
    List<String> names = new ArrayList<>();
    whole.fieldNames().forEachRemaining(names::add);
    for (String name : names) {
      Answer answer =
          client.send(
              "PUT", path + "/state", whole.deepCopy().<ObjectNode>without(name).toString());
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.problem("field")).isEqualTo(name);
    }
    assertThat(client.post("/v1/envs", "{\"state\": 7}").status()).isEqualTo(400);
    assertThat(client.post("/v1/envs", "{\"state\": {}, \"seed\": 1}").status()).isEqualTo(400);
  }

  @Test
  void theStateOfAnotherKindIsRefused() {
    String path = begun();
    String other = client.create("{\"spec\": \"SplitInference-v0\", \"actions\": 9}");
    Answer answer = client.send("PUT", path + "/state", client.get(other + "/state").text());
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.problem("field")).isEqualTo("parameters.actions");
  }

  @Test
  void dataThatIsNoneOfOursIsRefusedWhateverItsChecksumSays() {
    String path = begun();
    ObjectNode state = (ObjectNode) client.get(path + "/state").json();
    byte[] data = Base64.getDecoder().decode(state.get("data").asText());
    for (int at = 0; at < data.length; at += 3) {
      byte[] turned = data.clone();
      turned[at] ^= 0x55;
      state.put("data", Base64.getEncoder().encodeToString(turned));
      state.put("checksum", "0".repeat(64));
      Answer answer = client.send("PUT", path + "/state", state.toString());
      assertThat(answer.status()).isEqualTo(422);
      String right = String.valueOf(answer.problem("allowed"));
      assertThat(right).matches("[0-9a-f]{64}");
      // who forges the checksum too comes as far as the environment's own checks
      state.put("checksum", right);
      Answer forged = client.send("PUT", path + "/state", state.toString());
      assertThat(forged.status()).as(forged.text()).isIn(200, 422);
      if (forged.status() == 200) {
        assertThat(client.post(path + "/step", "{\"action\": 0}").status()).isIn(200, 409);
      }
      assertThat(client.post(path + "/reset", "{\"seed\": 1}").status()).isEqualTo(200);
    }
  }

  @Test
  void aCreationIsRepeatedWithItsKey() {
    String[] key = {"Idempotency-Key", "creation-1"};
    Answer first = client.send("POST", "/v1/envs", DRIFTING, key);
    client.post(first.header("Location") + "/reset", "{}");
    Answer again = client.send("POST", "/v1/envs", DRIFTING, key);
    assertThat(again.status()).isEqualTo(201);
    assertThat(again.text()).isEqualTo(first.text());
    assertThat(again.header("Location")).isEqualTo(first.header("Location"));
    Answer other = client.send("POST", "/v1/envs", "{\"spec\": \"SplitInference-v0\"}", key);
    assertThat(other.status()).isEqualTo(422);
    assertThat(other.problem("type")).endsWith(":request-key-reused");
  }

  @Test
  void aStepIsRepeatedWithItsKey() {
    String path = begun();
    String[] key = {"Idempotency-Key", "step-1"};
    Answer first = client.send("POST", path + "/step", "{\"action\": 2}", key);
    assertThat(client.send("POST", path + "/step", "{\"action\": 2}", key).text())
        .isEqualTo(first.text());
    assertThat(client.get(path).json().get("steps").asInt()).isEqualTo(2);
    Answer other = client.send("POST", path + "/step", "{\"action\": 1}", key);
    assertThat(other.problem("type")).endsWith(":request-key-reused");
    Answer spaced =
        client.send("POST", path + "/step", "{\"action\": 1}", "Idempotency-Key", "a b");
    assertThat(spaced.status()).isEqualTo(422);
    assertThat(spaced.problem("field")).isEqualTo("Idempotency-Key");
  }

  @Test
  void theListComesInParts() {
    Set<String> made = new HashSet<>();
    for (int i = 0; i < 7; i++) {
      made.add(client.create(DRIFTING).substring("/v1/envs/".length()));
    }
    List<String> listed = new ArrayList<>();
    JsonNode page = client.get("/v1/envs?limit=3").json();
    while (true) {
      assertThat(page.get("environments").size()).isLessThanOrEqualTo(3);
      listed.addAll(page.get("environments").findValuesAsText("id"));
      if (page.get("next").isNull()) {
        break;
      }
      page = client.get("/v1/envs?limit=3&after=" + page.get("next")).json();
    }
    assertThat(listed).doesNotHaveDuplicates().containsAll(made);
    assertThat(client.get("/v1/envs?limit=0").status()).isEqualTo(422);
    assertThat(client.get("/v1/envs?limit=many").status()).isEqualTo(400);
    assertThat(client.get("/v1/envs?limt=3").problem("field")).isEqualTo("limt");
  }

  @Test
  void aPortsFolderHasOneServerAndTheNextOneGoesOn(@TempDir Path folder) throws IOException {
    String path;
    String next;
    int port = FreePort.find();
    try (GymServer kept =
        GymServer.start(ServerSettings.onLoopback(port), KeptServer.registry(), folder)) {
      TestClient first = new TestClient(kept);
      path = first.create(DRIFTING);
      first.post(path + "/reset", "{}");
      String twin = String.valueOf(first.send("POST", path + "/clone", null).header("Location"));
      next = first.post(twin + "/step", "{\"action\": 1}").text();
      ServerSettings same = ServerSettings.onLoopback(port);
      assertThatThrownBy(() -> GymServer.start(same, KeptServer.registry(), folder))
          .isInstanceOf(FolderTakenException.class)
          .hasMessageContaining("process " + ProcessHandle.current().pid());
      assertThat(first.get(path).status()).isEqualTo(200);
    }
    try (GymServer kept =
        GymServer.start(ServerSettings.onLoopback(port), KeptServer.registry(), folder)) {
      TestClient second = new TestClient(kept);
      assertThat(second.get("/v1/envs").json().get("environments").size()).isEqualTo(2);
      assertThat(second.post(path + "/step", "{\"action\": 1}").text()).isEqualTo(next);
    }
  }

  @Test
  void aPredictionIsWhatAStepThereWouldFind() {
    String path = client.create("{\"spec\": \"SplitInference-v0\"}");
    client.post(path + "/reset", "{\"options\": {\"sigma\": 0.2, \"m\": 1.5, \"p\": 5}}");
    JsonNode step = client.post(path + "/step", "{\"action\": 2}").json();
    JsonNode predicted =
        client
            .post(
                "/v1/predict",
                "{\"spec\": \"SplitInference-v0\", \"points\": [[0, 1, 1], [0.2, 1.5, 6]]}")
            .json();
    assertThat(predicted.at("/lnPpl/1")).isEqualTo(step.at("/info/lnPpl"));
    assertThat(predicted.at("/lnPpl/0")).isEqualTo(step.at("/info/cleanLnPpl"));
    assertThat(predicted.at("/spread/1").asDouble()).isPositive();
    assertThat(predicted.at("/source/0").asText()).isEqualTo("surrogate");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "7 | 400 | points",
        "[] | 422 | points",
        "[[0.1, 1]] | 400 | points[0]",
        "[[0.1, 1, 1], [0.1, 1, 1.5]] | 400 | points[1][2]",
        "[[0.1, 1, 1], [1, 1, 1]] | 422 | points[1].sigma",
        "[[0.1, 0.1, 1]] | 422 | points[0].m",
        "[[0.1, 1, 30]] | 422 | points[0].split",
        "[[0.1, 1, 99999999999]] | 422 | points[0][2]",
      })
  void pointsThatCannotBeAreNamed(String points, int status, String field) {
    Answer answer =
        client.post("/v1/predict", "{\"spec\": \"SplitInference-v0\", \"points\": " + points + "}");
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.problem("field")).isEqualTo(field);
  }

  @Test
  void aPredictionHasABoundAndNeedsItsBackend() {
    String many = "[0.1, 1, 1], ".repeat(4_096) + "[0.1, 1, 1]";
    Answer answer =
        client.post("/v1/predict", "{\"spec\": \"SplitInference-v0\", \"points\": [" + many + "]}");
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.problem("allowed")).contains("4096");
    assertThat(
            client
                .post(
                    "/v1/predict",
                    "{\"spec\": \"SplitInference-v0\", \"backend\": \"llm\", \"points\": [[0, 1, 1]]}")
                .status())
        .isEqualTo(409);
    assertThat(
            client
                .post("/v1/predict", "{\"spec\": \"Counting-v3\", \"points\": [[0, 1, 1]]}")
                .problem("field"))
        .isEqualTo("spec");
  }

  private static String begun() {
    String path = client.create(DRIFTING);
    client.post(path + "/reset", "{}");
    client.post(path + "/step", "{\"action\": 1}");
    return path;
  }
}
