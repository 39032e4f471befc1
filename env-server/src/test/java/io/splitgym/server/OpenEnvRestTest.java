package io.splitgym.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.splitgym.registry.CountingSpec;
import io.splitgym.server.TestClient.Answer;
import io.splitgym.session.SessionLimits;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** OpenEnv's routes, each answer held to their own contract. */
class OpenEnvRestTest {
  private static final Contract CONTRACT = Contract.ofOpenEnv();

  private static GymServer server;
  private static TestClient openEnv;
  private static TestClient v1;

  @BeforeAll
  static void start() {
    server = TestServers.start();
    openEnv = new TestClient(server, CONTRACT, "/openenv");
    v1 = new TestClient(server);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void theRoutesAreThoseOfTheirContract() {
    Set<String> routes = new TreeSet<>();
    for (String route : server.routes()) {
      if (route.contains(" /openenv/")) {
        routes.add(route.replace("/openenv", ""));
      }
    }
    assertThat(routes).isEqualTo(CONTRACT.operations());
  }

  @Test
  void theContractIsServedAsItIsKept() throws IOException {
    JsonNode served = openEnv.get("/openapi.json").json();
    assertThat(served).isEqualTo(new YAMLMapper().readTree(Contract.openEnvFile().toFile()));
    assertThat(served.at("/info/version").asText()).startsWith("1.");
  }

  @Test
  void everyRequestExampleIsAnsweredWell() {
    for (String operation : CONTRACT.operations()) {
      JsonNode body = CONTRACT.operation(operation).at("/requestBody/content/application~1json");
      String[] parts = operation.split(" ", 2);
      if (body.isMissingNode()) {
        assertThat(openEnv.get(parts[1]).status()).as(operation).isEqualTo(200);
      }
      // a step's example goes on from the reset's
      openEnv.post("/reset", "{\"episode_id\": \"episode-001\"}");
      for (Contract.Example example : CONTRACT.examples(body)) {
        assertThat(CONTRACT.errors(body.get("schema"), example.value())).isEmpty();
        assertThat(openEnv.post(parts[1], example.value().toString()).status())
            .as("%s: %s", operation, example.name())
            .isEqualTo(200);
      }
    }
  }

  @Test
  void aResetWithoutAnEpisodeIdLeavesNothingBehind() {
    try (GymServer small =
        TestServers.start(
            TestServers.settings(TestServers.limits(1, 4), null), new CountingSpec())) {
      TestClient client = new TestClient(small, CONTRACT, "/openenv");
      for (int i = 0; i < 5; i++) {
        assertThat(client.post("/reset", "{\"seed\": 1}").status()).isEqualTo(200);
      }
      assertThat(new TestClient(small).get("/v1/envs").json().get("environments")).isEmpty();
    }
  }

  @Test
  void resetStepAndStateOfOneEpisodeIdAreOnOneEnvironment() {
    Answer reset =
        openEnv.post("/reset", "{\"seed\": 3, \"episode_id\": \"a\", \"preset\": \"H\"}");
    assertThat(reset.json().get("reward").isNull()).isTrue();
    assertThat(reset.json().get("done").asBoolean()).isFalse();

    String path = v1.create("{\"spec\": \"SplitInference-v0\", \"preset\": \"H\"}");
    v1.post(path + "/reset", "{\"seed\": 3}");
    for (int action = 0; action < 3; action++) {
      JsonNode here =
          openEnv
              .post(
                  "/step",
                  "{\"action\": {\"action\": "
                      + action
                      + "}, \"episode_id\": \"a\","
                      + " \"timeout_s\": 30, \"request_id\": \"r\"}")
              .json();
      JsonNode there = v1.post(path + "/step", "{\"action\": " + action + "}").json();
      assertThat(here.get("reward")).isEqualTo(there.get("reward"));
      assertThat(here.at("/observation/sigma")).isEqualTo(there.at("/observation/0"));
      assertThat(here.at("/observation/p").asInt()).isEqualTo(there.at("/observation/2").asInt());
      assertThat(here.at("/metadata/info")).isEqualTo(there.get("info"));
      assertThat(here.at("/observation/metadata")).isEqualTo(here.get("metadata"));
    }
    JsonNode state = openEnv.get("/state?episode_id=a").json();
    assertThat(state.get("step_count").asInt()).isEqualTo(3);
    assertThat(state.get("episode_id").asText()).isEqualTo("a");
    assertThat(state.get("preset").asText()).isEqualTo("H");
    assertThat(openEnv.get("/state").json().get("episode_id").isNull()).isTrue();
  }

  @Test
  void aRefusedResetLeavesTheEpisodeAsItWas() {
    openEnv.post("/reset", "{\"seed\": 3, \"episode_id\": \"kept\"}");
    openEnv.post("/step", "{\"action\": {\"action\": 1}, \"episode_id\": \"kept\"}");
    for (String wrong :
        new String[] {
          "{\"episode_id\": \"kept\", \"actions\": 4}",
          "{\"episode_id\": \"kept\", \"preset\": \"H\", \"options\": {\"p\": 0}}",
          "{\"episode_id\": \"kept\", \"options\": {\"p\": 0}}",
        }) {
      assertThat(openEnv.post("/reset", wrong).status()).isEqualTo(422);
    }
    JsonNode state = openEnv.get("/state?episode_id=kept").json();
    assertThat(state.get("step_count").asInt()).isEqualTo(1);
    assertThat(state.get("preset").asText()).isEqualTo("default");
  }

  @Test
  void namesTakePlacesAndThereAreNoMoreThanPlaces() {
    try (GymServer small =
        TestServers.start(
            TestServers.settings(TestServers.limits(2, 4), null), new CountingSpec())) {
      TestClient client = new TestClient(small, CONTRACT, "/openenv");
      assertThat(client.post("/reset", "{\"episode_id\": \"1\"}").status()).isEqualTo(200);
      assertThat(client.post("/reset", "{\"episode_id\": \"2\"}").status()).isEqualTo(200);
      assertThat(client.post("/reset", "{\"episode_id\": \"3\"}").status()).isEqualTo(429);
      assertThat(client.get("/state?episode_id=3").status()).isEqualTo(404);
      // one of them may become another environment all the same
      assertThat(client.post("/reset", "{\"episode_id\": \"2\", \"preset\": \"H\"}").status())
          .isEqualTo(200);
      // a name whose environment was deleted is free
      JsonNode first = new TestClient(small).get("/v1/envs").json().at("/environments/0/id");
      new TestClient(small).delete("/v1/envs/" + first.asText());
      assertThat(client.post("/reset", "{\"episode_id\": \"1\"}").status()).isEqualTo(200);
    }
  }

  @Test
  void aNameWhoseEnvironmentExpiredIsUnknownAndFree() throws InterruptedException {
    SessionLimits soon =
        new SessionLimits(1, 1, 64, Duration.ofSeconds(2), 4, Duration.ofSeconds(20));
    try (GymServer small =
        TestServers.start(TestServers.settings(soon, null), new CountingSpec())) {
      TestClient client = new TestClient(small, CONTRACT, "/openenv");
      client.post("/reset", "{\"episode_id\": \"a\"}");
      TestClient v1 = new TestClient(small);
      for (int i = 0; !v1.get("/v1/envs").json().get("environments").isEmpty(); i++) {
        assertThat(i).isLessThan(400);
        Thread.sleep(50);
      }
      String step = "{\"action\": {\"action\": 1}, \"episode_id\": \"a\"}";
      assertThat(client.post("/step", step).status()).isEqualTo(404);
      assertThat(client.post("/reset", "{\"episode_id\": \"a\"}").status()).isEqualTo(200);
      assertThat(client.post("/step", step).status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/step  | {'action': {'action': 1}}                            | 409 | episode_id",
        "/step  | {'action': {'action': 1}, 'episode_id': 'nobody'}    | 404 | nobody",
        "/step  | {'action': 1, 'episode_id': 'x'}                     | 400 | an object such as",
        "/step  | {'episode_id': 'x'}                                  | 400 | action is missing",
        "/step  | {'action': {'action': 1}, 'timeout_s': 0}            | 422 | above 0",
        "/step  | {'action': {'action': 1}, 'render': true}            | 400 | render",
        "/step  | {'action': {'action': 99}, 'episode_id': 'bounds'}   | 422 | [0, 4]",
        "/step  | {'action': {'move': 9}, 'episode_id': 'bounds'}      | 400 | move",
        "/reset | {'seed': -1}                                         | 422 | seed is -1",
        "/reset | {'seed': 1.5}                                        | 400 | an integer",
        "/reset | {'episode_id': 7}                                    | 400 | a text",
        "/reset | {'episode_id': ''}                                   | 422 | 1 to 255",
        "/reset | {'preset': 'none'}                                   | 422 | one of",
        "/reset | {'sigma': 0.1}                                       | 400 | sigma",
        "/reset | {'backend': 'llm'}                                   | 409 | model pull",
        "/reset | {                                                    | 400 | not JSON",
      })
  void aRefusalSaysWhatIsAllowed(String path, String body, int status, String words) {
    openEnv.post("/reset", "{\"episode_id\": \"bounds\"}");
    Answer answer = openEnv.post(path, body.replace('\'', '"'));
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.problem("detail")).contains(words);
  }

  @Test
  void schemasHoldForEveryEnvironmentOrExactlyForTheOneAskedFor() {
    JsonNode any = openEnv.get("/schema").json();
    assertThat(any.at("/action/properties/action/maximum").isMissingNode()).isTrue();
    assertThat(any.at("/action/properties/action/description").asText()).contains("maximum 4");
    assertThat(any.at("/reset_observation/properties/reward/type").asText()).isEqualTo("null");

    JsonNode one = openEnv.get("/schema?preset=reference&actions=9").json();
    assertThat(one.at("/action/properties/action/maximum").asInt()).isEqualTo(8);
    assertThat(one.at("/observation/properties/p/maximum").asInt()).isEqualTo(10);
    assertThat(one.at("/observation/properties/sigma/description").asText()).contains("noise");
    assertThat(
            openEnv.get("/schema?spec=" + CountingSpec.ID).json().at("/action/properties/action"))
        .isNotEmpty();
    assertThat(openEnv.get("/schema?actions=4").status()).isEqualTo(422);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                                                   | -32600",
        "[]                                                                   | -32700",
        "nonsense                                                             | -32700",
        "{'jsonrpc': '2.0', 'id': [], 'method': 'tools/list'}                 | -32600",
        "{'jsonrpc': '2.0', 'id': 1, 'method': 'tools/list', 'more': 1}       | -32600",
        "{'jsonrpc': '2.0', 'id': 1, 'method': 'resources/list'}              | -32601",
        "{'jsonrpc': '2.0', 'id': 1, 'method': 'tools/list', 'params': []}    | -32600",
        "{'jsonrpc': '2.0', 'id': 1, 'method': 'tools/call'}                  | -32602",
        "{'jsonrpc': '2.0', 'id': 1, 'method': 'tools/call',"
            + " 'params': {'name': 'reset'}}                                  | -32602",
        "{'jsonrpc': '2.0', 'id': 1, 'method': 'tools/call',"
            + " 'params': {'name': 'take_action', 'arguments': {'action': 1}}} | -32602",
        "{'jsonrpc': '2.0', 'id': 1, 'method': 'openenv/session/close',"
            + " 'params': {'session_id': 'nobody'}}                           | -32602",
      })
  void jsonRpcErrorsAre200WithACode(String body, int code) {
    Answer answer = openEnv.post("/mcp", body.replace('\'', '"'));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().get("jsonrpc").asText()).isEqualTo("2.0");
    assertThat(answer.json().at("/error/code").asInt()).as(answer.text()).isEqualTo(code);
  }

  @Test
  void toolsActInASessionThatAlsoRestReaches() {
    String id = rpc("openenv/session/create", "{}").at("/session_id").asText();
    openEnv.post("/reset", "{\"seed\": 1, \"episode_id\": \"" + id + "\"}");
    JsonNode moved =
        rpc(
            "tools/call",
            "{\"name\": \"take_action\", \"arguments\": {\"action\": 2}, \"session_id\": \""
                + id
                + "\"}");
    assertThat(moved.at("/structuredContent/reward").isNumber()).isTrue();
    assertThat(moved.at("/content/0/text").asText()).contains("\"reward\":");
    assertThat(openEnv.get("/state?episode_id=" + id).json().get("step_count").asInt())
        .isEqualTo(1);
    assertThat(rpc("openenv/session/close", "{\"session_id\": \"" + id + "\"}").at("/closed"))
        .hasToString("true");
    assertThat(openEnv.get("/state?episode_id=" + id).status()).isEqualTo(404);
  }

  @Test
  void aTokenIsAskedForEverywhereButForHealth() {
    try (GymServer guarded =
        TestServers.start(
            TestServers.settings(TestServers.limits(2, 4), "secret"), new CountingSpec())) {
      TestClient client = new TestClient(guarded, CONTRACT, "/openenv");
      assertThat(client.get("/health").status()).isEqualTo(200);
      assertThat(client.get("/metadata").status()).isEqualTo(401);
      assertThat(client.post("/reset", "{}").status()).isEqualTo(401);
      assertThat(client.send("GET", "/metadata", null, "Authorization", "Bearer secret").status())
          .isEqualTo(200);
    }
  }

  @Test
  void atTheRootItsContractTakesThePlaceOfTheServersJson() {
    try (GymServer rooted =
        TestServers.start(
            ServerSettings.onLoopback(0).withOpenEnvAtRoot(true), new CountingSpec())) {
      Set<String> both = new TreeSet<>(CONTRACT.operations());
      both.addAll(Contract.ofRepository().operations());
      assertThat(rooted.routes()).isEqualTo(both);
      TestClient client = new TestClient(rooted, CONTRACT, "");
      assertThat(client.get("/openapi.json").json().at("/paths/~1reset")).isNotEmpty();
      assertThat(client.get("/health").status()).isEqualTo(200);
      assertThat(client.post("/reset", "{}").status()).isEqualTo(200);
      assertThat(OpenEnvSocket.open(rooted, "/ws").ask("{\"type\": \"state\"}").get("type"))
          .hasToString("\"state\"");
    }
  }

  private static JsonNode rpc(String method, String params) {
    return openEnv
        .post(
            "/mcp",
            "{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \""
                + method
                + "\", \"params\": "
                + params
                + "}")
        .json()
        .get("result");
  }
}
