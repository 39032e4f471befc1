package io.splitgym.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.splitgym.server.TestClient.Answer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
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
