package io.splitgym.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.splitgym.server.TestClient.Answer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors of environments over HTTP. */
class VectorRoutesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SPEC = "\"spec\": \"SplitInference-v0\"";

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
  void aVectorIsMadeSteppedDescribedAndEnded() {
    Answer made =
        client.post(
            "/v1/vector-envs",
            "{" + SPEC + ", \"numEnvs\": 3, \"seed\": 7, \"observeStepsLeft\": true}");
    assertThat(made.status()).isEqualTo(201);
    String path = String.valueOf(made.header("Location"));
    assertThat(path).isEqualTo("/v1/vector-envs/" + made.json().get("id").asText());
    assertThat(made.json().get("numEnvs").asInt()).isEqualTo(3);
    assertThat(made.json().get("autoreset").asText()).isEqualTo("NextStep");
    assertThat(made.json().at("/singleObservationSpace/shape/0").asInt()).isEqualTo(4);
    assertThat(client.get("/v1/vector-envs").json().at("/vectors").findValuesAsText("id"))
        .contains(made.json().get("id").asText());

    JsonNode reset = client.post(path + "/reset", "{}").json();
    assertThat(reset.get("observations")).hasSize(3);
    JsonNode step = client.post(path + "/step", "{\"actions\": [0, 1, 2]}").json();
    assertThat(step.get("rewards")).hasSize(3);
    assertThat(step.at("/infos/stepsLeft/2").asInt()).isEqualTo(9);
    JsonNode described = client.get(path).json();
    assertThat(described.get("status").asText()).isEqualTo("running");
    assertThat(described.get("resets").asInt()).isEqualTo(1);
    assertThat(described.get("steps").asInt()).isEqualTo(1);

    assertThat(client.get(path.replace("vector-envs", "envs")).status()).isEqualTo(404);
    assertThat(client.delete(path).status()).isEqualTo(204);
    assertThat(client.get(path).status()).isEqualTo(404);
    assertThat(client.post(path + "/step", "{\"actions\": [0, 1, 2]}").status()).isEqualTo(404);
  }

  /** What a vector says of environment i is what a single one with its seed says, in its words. */
  @ParameterizedTest
  @ValueSource(strings = {"NextStep", "SameStep", "Disabled"})
  void eachEnvironmentIsWhatASingleOneIs(String autoreset) throws Exception {
    String rest = ", \"preset\": \"reference\", \"actionMask\": true, \"episodeSteps\": 3}";
    Answer made =
        client.post(
            "/v1/vector-envs",
            "{" + SPEC + ", \"numEnvs\": 2, \"autoreset\": \"" + autoreset + "\"" + rest);
    String vector = String.valueOf(made.header("Location"));
    List<String> singles = new ArrayList<>();
    List<ObjectNode> first = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      String single = client.create("{" + SPEC + rest);
      singles.add(single);
      first.add((ObjectNode) client.post(single + "/reset", "{\"seed\": " + (42 + i) + "}").json());
    }
    JsonNode reset = client.post(vector + "/reset", "{\"seed\": 42}").json();
    for (int i = 0; i < 2; i++) {
      assertThat(reset.get("observations").get(i)).isEqualTo(first.get(i).get("observation"));
      assertThat(of(reset.get("infos"), i)).isEqualTo(first.get(i).get("info"));
    }
    for (int t = 0; t < 3; t++) {
      JsonNode step = client.post(vector + "/step", "{\"actions\": [2, 1]}").json();
      for (int i = 0; i < 2; i++) {
        JsonNode single =
            client.post(singles.get(i) + "/step", "{\"action\": " + (2 - i) + "}").json();
        boolean over = single.get("terminated").asBoolean();
        assertThat(step.get("rewards").get(i)).isEqualTo(single.get("reward"));
        assertThat(step.get("terminations").get(i)).isEqualTo(single.get("terminated"));
        assertThat(step.get("truncations").get(i)).isEqualTo(single.get("truncated"));
        if (over && autoreset.equals("SameStep")) {
          assertThat(step.at("/infos/final_obs").get(i)).isEqualTo(single.get("observation"));
          assertThat(of(step.at("/infos/final_info"), i)).isEqualTo(single.get("info"));
          JsonNode next = client.post(singles.get(i) + "/reset", "{}").json();
          assertThat(step.get("observations").get(i)).isEqualTo(next.get("observation"));
        } else {
          assertThat(step.get("observations").get(i)).isEqualTo(single.get("observation"));
          assertThat(of(step.get("infos"), i)).isEqualTo(single.get("info"));
        }
      }
    }
    Answer after = client.post(vector + "/step", "{\"actions\": [0, 0]}");
    if (autoreset.equals("Disabled")) {
      assertThat(after.status()).isEqualTo(409);
      assertThat(after.problem("type")).isEqualTo("urn:splitgym:problem:episode-not-running");
      String masked = "{\"options\": {\"reset_mask\": [true, false]}}";
      JsonNode some = client.post(vector + "/reset", masked).json();
      assertThat(some.at("/infos/_split").toString()).isEqualTo("[true,false]");
      assertThat(client.post(vector + "/step", "{\"actions\": [0, 0]}").problem("detail"))
          .contains("[1] are over");
    } else {
      assertThat(after.status()).isEqualTo(200);
    }
  }

  /** Environment i of infos, by the masks; entries that are texts stand for all. */
  private static JsonNode of(JsonNode infos, int i) {
    ObjectNode one = JSON.createObjectNode();
    infos
        .properties()
        .forEach(
            entry -> {
              String name = entry.getKey();
              boolean present = !infos.has("_" + name) || infos.get("_" + name).get(i).asBoolean();
              if (name.startsWith("_") || !present || name.startsWith("final_")) {
                return;
              }
              JsonNode value = entry.getValue();
              one.set(
                  name, value.isArray() ? value.get(i) : value.isObject() ? of(value, i) : value);
            });
    return one;
  }

  @Test
  void cborHoldsTheArraysAsBytes() throws Exception {
    String body = "{" + SPEC + ", \"numEnvs\": 4, \"seed\": 1, \"actionMask\": true}";
    String one = String.valueOf(client.post("/v1/vector-envs", body).header("Location"));
    String two = String.valueOf(client.postCbor("/v1/vector-envs", body).header("Location"));
    client.post(one + "/reset", "{}");
    client.postCbor(two + "/reset", "{}");
    String actions = "{\"actions\": [0, 1, 2, 3]}";
    JsonNode lists = client.post(one + "/step", actions).json();
    JsonNode step = client.postCbor(two + "/step", actions).json();
    JsonNode observations = step.get("observations");
    assertThat(observations.get("shape").toString()).isEqualTo("[4,3]");
    ByteBuffer bytes =
        ByteBuffer.wrap(observations.get("data").binaryValue()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 4; i++) {
      for (int k = 0; k < 3; k++) {
        assertThat(bytes.getFloat())
            .isEqualTo((float) lists.get("observations").get(i).get(k).asDouble());
      }
    }
    ByteBuffer rewards =
        ByteBuffer.wrap(step.at("/rewards/data").binaryValue()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 4; i++) {
      assertThat(rewards.getDouble()).isEqualTo(lists.get("rewards").get(i).asDouble());
    }
    assertThat(step.at("/infos/action_mask/dtype").asText()).isEqualTo("int8");
    assertThat(step.at("/infos/action_mask/shape").toString()).isEqualTo("[4,5]");
    assertThat(step.at("/infos/split/dtype").asText()).isEqualTo("int64");
    assertThat(step.at("/terminations/dtype").asText()).isEqualTo("bool");
  }

  /** Two mebibytes of JSON: more than any other body may have. */
  @Test
  void aLargeVectorMayHaveALargeBody() {
    int count = 60_000;
    Answer made = client.post("/v1/vector-envs", "{" + SPEC + ", \"numEnvs\": " + count + "}");
    String path = String.valueOf(made.header("Location"));
    client.post(path + "/reset", "{\"seed\": 1}");
    String actions = "0,".repeat(count - 1) + " ".repeat(2 << 20) + "0";
    Answer step = client.post(path + "/step", "{\"actions\": [" + actions + "]}");
    assertThat(step.status()).isEqualTo(200);
    assertThat(step.json().get("rewards")).hasSize(count);
    assertThat(client.post("/v1/vector-envs", " ".repeat(2 << 20) + "{}").status()).isEqualTo(413);
    client.delete(path);
  }

  @Test
  void theSameKeyIsAnsweredOnceMore() {
    String path =
        String.valueOf(
            client.post("/v1/vector-envs", "{" + SPEC + ", \"numEnvs\": 2}").header("Location"));
    client.post(path + "/reset", "{}");
    Answer once =
        client.send("POST", path + "/step", "{\"actions\": [1, 2]}", "Idempotency-Key", "k");
    Answer again =
        client.send("POST", path + "/step", "{\"actions\": [1, 2]}", "Idempotency-Key", "k");
    assertThat(again.text()).isEqualTo(once.text());
    assertThat(client.get(path).json().get("steps").asInt()).isEqualTo(1);
  }

  @Test
  void aVectorIsSavedRestoredAndCloned() throws Exception {
    String path = drifting();
    String state = client.get(path + "/state").text();
    byte[] binary = cbor(path + "/state").response().body();
    assertThat(binary).hasSizeLessThan(state.length());
    String clone = String.valueOf(client.send("POST", path + "/clone", null).header("Location"));
    String copy = made("{\"state\": " + state + "}");
    for (int i = 0; i < 7; i++) {
      String body = "{\"actions\": [" + i % 5 + ", 1, 2]}";
      String step = client.post(path + "/step", body).text();
      assertThat(client.post(clone + "/step", body).text()).isEqualTo(step);
      assertThat(client.post(copy + "/step", body).text()).isEqualTo(step);
    }
    JsonNode restored = client.send("PUT", path + "/state", state).json();
    assertThat(restored.get("steps").asInt()).isEqualTo(2);
    assertThat(client.get(path + "/state").text()).isEqualTo(state);
    JsonNode bytes = cbor(path + "/state").json();
    assertThat(bytes.get("data").isBinary()).isTrue();
    assertThat(client.sendCbor("PUT", clone + "/state", state).status()).isEqualTo(200);
    assertThat(client.get(clone + "/state").text()).isEqualTo(state);

    String[] key = {"Idempotency-Key", "clone-of-a-vector"};
    Answer once = client.send("POST", path + "/clone", null, key);
    client.post(once.header("Location") + "/reset", "{}");
    assertThat(client.send("POST", path + "/clone", null, key).text()).isEqualTo(once.text());
    assertThat(client.send("POST", clone + "/clone", null, key).problem("type"))
        .endsWith(":request-key-reused");
  }

  @Test
  void aSocketSavesRestoresAndClonesTheSameState() throws Exception {
    String path = drifting();
    String id = path.substring("/v1/vector-envs/".length());
    JsonNode state = client.get(path + "/state").json();
    try (RawSocket socket = new RawSocket(server)) {
      String saving = "{\"id\": 1, \"type\": \"saveVector\", \"vector\": \"" + id + "\"}";
      assertThat(socket.ask(saving).get("result")).isEqualTo(state);
      String cloning = "{\"id\": 2, \"type\": \"cloneVector\", \"vector\": \"" + id + "\"}";
      String clone = socket.ask(cloning).at("/result/id").asText();
      client.post(path + "/step", "{\"actions\": [0, 1, 2]}");
      ObjectNode restoring = state.deepCopy();
      restoring.put("id", 3).put("type", "restoreVector").put("vector", id);
      assertThat(socket.ask(restoring.toString()).at("/result/steps").asInt()).isEqualTo(2);
      String step = "\"type\": \"stepVector\", \"actions\": [3, 3, 3], \"vector\": \"";
      JsonNode one = socket.ask("{\"id\": 4, " + step + id + "\"}").get("result");
      assertThat(socket.ask("{\"id\": 5, " + step + clone + "\"}").get("result")).isEqualTo(one);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "format | \"splitgym-state\" | 422 | format",
        "numEnvs | 2 | 422 | checksum",
        "numEnvs | 0 | 422 | numEnvs",
        "numEnvs | \"3\" | 400 | numEnvs",
        "autoreset | \"Never\" | 422 | autoreset",
        "autoreset | \"Disabled\" | 422 | checksum",
        "status | \"truncated\" | 422 | status",
        "data | \"\" | 422 | checksum",
        "data | 7 | 400 | data",
        "extra | 1 | 400 | extra",
      })
  void aStateThatWasTamperedWithIsRefused(String field, String value, int status, String named)
      throws Exception {
    String path = drifting();
    String before = client.get(path + "/state").text();
    ObjectNode state = (ObjectNode) client.get(path + "/state").json();
    state.set(field, JSON.readTree(value));
    Answer answer = client.send("PUT", path + "/state", state.toString());
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.problem("field")).isEqualTo(named);
    Answer made = client.post("/v1/vector-envs", "{\"state\": " + state + "}");
    assertThat(made.status()).isEqualTo(status);
    assertThat(made.problem("field")).isEqualTo("state." + named);
    assertThat(client.get(path + "/state").text()).isEqualTo(before);
  }

  /** Whoever forges the checksum too comes as far as the environments' own checks. */
  @Test
  void dataThatIsNoneOfOursIsRefusedWhateverItsChecksumSays() {
    String path = drifting();
    ObjectNode state = (ObjectNode) client.get(path + "/state").json();
    byte[] data = Base64.getDecoder().decode(state.get("data").asText());
    for (int at = 0; at < data.length; at += 5) {
      byte[] turned = data.clone();
      turned[at] ^= 0x55;
      state.put("data", Base64.getEncoder().encodeToString(turned)).put("checksum", "0");
      Answer answer = client.send("PUT", path + "/state", state.toString());
      state.put("checksum", String.valueOf(answer.problem("allowed")));
      Answer forged = client.send("PUT", path + "/state", state.toString());
      assertThat(forged.status()).as("byte %d: %s", at, forged.text()).isIn(200, 422);
      assertThat(client.post(path + "/step", "{\"actions\": [0, 0, 0]}").status()).isIn(200, 409);
      assertThat(client.post(path + "/reset", "{\"seed\": 1}").status()).isEqualTo(200);
    }
  }

  @Test
  void theStateOfALargeVectorIsTakenBack() {
    String path = made("{" + SPEC + ", \"numEnvs\": 60000, \"preset\": \"reference\"}");
    client.post(path + "/reset", "{\"seed\": 1}");
    String state = client.get(path + "/state").text();
    assertThat(state.length()).isGreaterThan((1 << 20) + 64 * 60_000);
    assertThat(client.send("PUT", path + "/state", state).status()).isEqualTo(200);
    Answer tooLarge = client.send("PUT", path + "/state", state + " ".repeat(8 << 20));
    assertThat(tooLarge.status()).isEqualTo(413);
    client.delete(path);
  }

  private static String drifting() {
    String path =
        made("{" + SPEC + ", \"numEnvs\": 3, \"dynamics\": {\"kind\": \"gauss-markov\"}}");
    client.post(path + "/reset", "{\"seed\": 9}");
    client.post(path + "/step", "{\"actions\": [4, 2, 0]}");
    client.post(path + "/step", "{\"actions\": [4, 2, 1]}");
    return path;
  }

  private static Answer cbor(String path) {
    return client.send("GET", path, null, "Accept", "application/cbor");
  }

  private static String made(String body) {
    return String.valueOf(client.post("/v1/vector-envs", body).header("Location"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/vector-envs | {\"spec\": \"SplitInference-v0\"} | 400 | numEnvs",
        "/v1/vector-envs | {\"spec\": \"SplitInference-v0\", \"numEnvs\": \"2\"} | 400 | numEnvs",
        "/v1/vector-envs | {\"spec\": \"SplitInference-v0\", \"numEnvs\": 0} | 422 | numEnvs",
        "/v1/vector-envs | {\"spec\": \"SplitInference-v0\", \"numEnvs\": 65537} | 422 | numEnvs",
        "/v1/vector-envs | {\"spec\": \"SplitInference-v0\", \"numEnvs\": 2, \"autoreset\": 1}"
            + " | 400 | autoreset",
        "/v1/vector-envs | {\"spec\": \"Counting-v3\", \"numEnvs\": 2} | 422 | spec",
        "/step | {\"actions\": [0]} | 422 | actions",
        "/step | {\"actions\": [0, 9]} | 422 | actions[1]",
        "/step | {\"actions\": [0, \"a\"]} | 400 | actions[1]",
        "/step | {\"actions\": 0} | 400 | actions",
        "/step | {} | 400 | actions",
        "/step | {\"actions\": [0, 0], \"action\": 0} | 400 | action",
        "/reset | {\"seed\": [1]} | 422 | seed",
        "/reset | {\"seed\": [1, \"b\"]} | 400 | seed[1]",
        "/reset | {\"seed\": \"a\"} | 400 | seed",
        "/reset | {\"options\": {\"reset_mask\": [false, false]}} | 422 | options.reset_mask",
        "/reset | {\"options\": {\"reset_mask\": [true]}} | 422 | options.reset_mask",
        "/reset | {\"options\": {\"reset_mask\": [1, 0]}} | 400 | options.reset_mask[0]",
        "/reset | {\"options\": {\"reset_mask\": null}} | 400 | options.reset_mask",
        "/reset | {\"options\": {\"sigma\": [0.1, 0.2]}} | 400 | options.sigma",
      })
  void whatIsWrongIsNamed(String path, String body, int status, String field) {
    String target = path;
    if (!path.startsWith("/v1")) {
      Answer made = client.post("/v1/vector-envs", "{" + SPEC + ", \"numEnvs\": 2}");
      target = made.header("Location") + path;
      client.post(made.header("Location") + "/reset", "{}");
    }
    Answer refused = client.post(target, body);
    assertThat(refused.status()).as(refused.text()).isEqualTo(status);
    assertThat(refused.problem("field")).isEqualTo(field);
  }
}
