package io.splitgym.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.splitgym.registry.CountingSpec;
import io.splitgym.server.operation.RequestLimits;
import io.splitgym.server.websocket.SocketLimits;
import io.splitgym.session.SessionLimits;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenEnv's WebSocket: one connection, one environment. */
class OpenEnvSocketTest {
  private static final String STATE = "{\"type\": \"state\"}";
  private static final String RESET_COUNTING =
      "{\"type\": \"reset\", \"data\": {\"spec\": \"" + CountingSpec.ID + "\"}}";
  private static final String WAIT = "{\"type\": \"step\", \"data\": {\"action\": [9, 0]}}";

  private final CountingSpec counting = new CountingSpec();
  private GymServer server = start(TestServers.limits(64, 4), Duration.ofSeconds(20));

  @AfterEach
  void stop() {
    counting.latch.countDown();
    server.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'type': 'reset'                                        | INVALID_JSON     | Invalid JSON",
        "[1]                                                     | INVALID_JSON     | object",
        "{'type': 'render', 'data': {}}                          | UNKNOWN_TYPE     | render",
        "{}                                                      | UNKNOWN_TYPE     | type",
        "{'type': 7}                                             | UNKNOWN_TYPE     | 7",
        "{'type': 'step'}                                        | VALIDATION_ERROR | data",
        "{'type': 'step', 'data': []}                            | VALIDATION_ERROR | an object",
        "{'type': 'step', 'data': {}}                            | VALIDATION_ERROR | action",
        "{'type': 'step', 'data': {'action': 5}}                 | VALIDATION_ERROR | [0, 4]",
        "{'type': 'step', 'data': {'action': 'left'}}            | VALIDATION_ERROR | an integer",
        "{'type': 'step', 'data': {'action': 1}, 'id': 3}        | VALIDATION_ERROR | id",
        "{'type': 'reset', 'data': {'seed': -5}}                 | VALIDATION_ERROR | seed is -5",
        "{'type': 'reset', 'data': {'actions': 4}}               | VALIDATION_ERROR | 3, 5, 7 or 9",
        "{'type': 'reset', 'data': {'backend': 'llm'}}           | EXECUTION_ERROR  | model pull",
        "{'type': 'state', 'data': {'x': 1}}                     | VALIDATION_ERROR | data",
      })
  void anErrorSaysWhatAndLeavesTheEpisodeRunning(String message, String code, String words) {
    try (OpenEnvSocket socket = OpenEnvSocket.open(server)) {
      socket.ask("{\"type\": \"reset\", \"data\": {\"seed\": 1}}");
      JsonNode error = socket.ask(message.replace('\'', '"'));
      assertThat(error.get("type").asText()).isEqualTo("error");
      assertThat(error.at("/data/code").asText()).isEqualTo(code);
      assertThat(error.at("/data/message").asText()).contains(words);
      JsonNode step = socket.ask("{\"type\": \"step\", \"data\": {\"action\": 1}}");
      assertThat(step.get("type").asText()).isEqualTo("observation");
      assertThat(socket.ask(STATE).at("/data/step_count").asInt()).isEqualTo(1);
    }
  }

  @Test
  void anUnexpectedFailureTellsNothingOfItself() {
    try (OpenEnvSocket socket = OpenEnvSocket.open(server)) {
      socket.ask(RESET_COUNTING);
      JsonNode error = socket.ask("{\"type\": \"step\", \"data\": {\"action\": [8, 0]}}");
      assertThat(error.at("/data/code").asText()).isEqualTo("EXECUTION_ERROR");
      assertThat(error.toString()).doesNotContain("secret");
      assertThat(socket.ask(STATE).get("type").asText()).isEqualTo("state");
    }
  }

  @Test
  void aStepBeforeTheResetAndAfterTheEndIsRefused() {
    try (OpenEnvSocket socket = OpenEnvSocket.open(server)) {
      String step = "{\"type\": \"step\", \"data\": {\"action\": 0, \"metadata\": {\"a\": 1}}}";
      assertThat(socket.ask(step).at("/data/code").asText()).isEqualTo("EXECUTION_ERROR");
      socket.ask(
          "{\"type\": \"reset\", \"data\": {\"episodeSteps\": 1, \"endsAs\": \"terminated\"}}");
      JsonNode last = socket.ask(step).get("data");
      assertThat(last.get("done").asBoolean()).isTrue();
      assertThat(last.at("/metadata/terminated").asBoolean()).isTrue();
      assertThat(last.at("/metadata/truncated").asBoolean()).isFalse();
      assertThat(socket.ask(step).at("/data/code").asText()).isEqualTo("EXECUTION_ERROR");
    }
  }

  @Test
  void answersComeInTheOrderOfTheMessagesHoweverMany() {
    try (OpenEnvSocket socket = OpenEnvSocket.open(server)) {
      socket.ask("{\"type\": \"reset\", \"data\": {\"seed\": 1, \"episodeSteps\": 500}}");
      for (int i = 0; i < 200; i++) {
        socket.say("{\"type\": \"step\", \"data\": {\"action\": " + i % 5 + "}}");
        socket.say(STATE);
      }
      for (int i = 1; i <= 200; i++) {
        assertThat(socket.hear().at("/data/metadata/info/stepsLeft").asInt()).isEqualTo(500 - i);
        assertThat(socket.hear().at("/data/step_count").asInt()).isEqualTo(i);
      }
    }
  }

  @Test
  void aFullServerSaysSoAndPlacesComeBack() {
    restart(TestServers.limits(1, 4), Duration.ofSeconds(20));
    try (OpenEnvSocket first = OpenEnvSocket.open(server)) {
      first.ask(STATE);
      try (OpenEnvSocket second = OpenEnvSocket.open(server)) {
        JsonNode error = second.hear();
        assertThat(error.at("/data/code").asText()).isEqualTo("CAPACITY_REACHED");
        assertThat(error.at("/data/max_sessions").asInt()).isEqualTo(1);
        assertThat(second.closeCode()).isEqualTo(1013);
      }
      first.say("{\"type\": \"close\"}");
      assertThat(first.closeCode()).isEqualTo(1000);
    }
    waitUntil(() -> environments() == 0);
    try (OpenEnvSocket third = OpenEnvSocket.open(server)) {
      assertThat(third.ask(STATE).get("type").asText()).isEqualTo("state");
    }
    waitUntil(() -> environments() == 0);
  }

  @Test
  void aPeerThatIsGoneWithoutAWordIsNoticedAndItsPlaceFreed() throws IOException {
    restart(TestServers.limits(4, 4), Duration.ofMillis(200));
    try (Socket gone = new Socket("127.0.0.1", server.port())) {
      gone.setSoTimeout(20_000);
      gone.getOutputStream()
          .write(
              ("GET /openenv/ws HTTP/1.1\r\nHost: 127.0.0.1:"
                      + server.port()
                      + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                      + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      InputStream in = gone.getInputStream();
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        head.append((char) in.read());
      }
      assertThat(head.toString()).startsWith("HTTP/1.1 101").doesNotContainIgnoringCase("cookie");
      waitUntil(() -> environments() == 1);
      // it reads what comes, pings among it, and answers none
      while (in.read() >= 0) {
        assertThat(gone.isClosed()).isFalse();
      }
      waitUntil(() -> environments() == 0);
    }
  }

  @Test
  void aPeerThatIsThereKeepsItsEnvironmentHoweverLongItThinks() throws Exception {
    restart(
        new SessionLimits(4, 4, 64, Duration.ofSeconds(2), 4, Duration.ofSeconds(20)),
        Duration.ofMillis(200));
    try (OpenEnvSocket socket = OpenEnvSocket.open(server)) {
      socket.ask("{\"type\": \"reset\", \"data\": {\"seed\": 1}}");
      Thread.sleep(4_500);
      assertThat(socket.ask("{\"type\": \"step\", \"data\": {\"action\": 1}}").get("type").asText())
          .isEqualTo("observation");
    }
  }

  @Test
  void pingsAreAnsweredWhileAStepTakesItsTime() throws Exception {
    restart(TestServers.limits(4, 4), Duration.ofMillis(200));
    try (OpenEnvSocket socket = OpenEnvSocket.open(server)) {
      socket.ask(RESET_COUNTING);
      socket.say(WAIT);
      assertThat(counting.waiting.await(20, TimeUnit.SECONDS)).isTrue();
      socket.ping();
      Thread.sleep(1_500);
      socket.ping();
      counting.latch.countDown();
      assertThat(socket.hear().at("/data/observation/value").asInt()).isEqualTo(1);
    }
  }

  @Test
  void whoLeavesInTheMiddleOfAStepCancelsItAndFreesTheEnvironment() throws Exception {
    OpenEnvSocket socket = OpenEnvSocket.open(server);
    socket.ask(RESET_COUNTING);
    socket.say(WAIT);
    assertThat(counting.waiting.await(20, TimeUnit.SECONDS)).isTrue();
    socket.close();
    waitUntil(() -> environments() == 0);
    waitUntil(() -> counting.closed.get() == 1);
    assertThat(counting.latch.getCount()).isEqualTo(1);
  }

  @Test
  void anEnvironmentThatSomebodyDeletedEndsTheConnection() {
    try (OpenEnvSocket socket = OpenEnvSocket.open(server)) {
      socket.ask("{\"type\": \"reset\"}");
      TestClient v1 = new TestClient(server);
      v1.delete("/v1/envs/" + v1.get("/v1/envs").json().at("/environments/0/id").asText());
      JsonNode error = socket.ask("{\"type\": \"step\", \"data\": {\"action\": 1}}");
      assertThat(error.at("/data/code").asText()).isEqualTo("SESSION_ERROR");
      assertThat(socket.closeCode()).isEqualTo(1011);
    }
  }

  @Test
  void whatIsTooLongOrNoTextEndsTheConnection() {
    try (OpenEnvSocket socket = OpenEnvSocket.open(server)) {
      socket.say("{\"type\": \"" + "x".repeat(1 << 20) + "\"}");
      assertThat(socket.closeCode()).isEqualTo(1009);
    }
    try (OpenEnvSocket socket = OpenEnvSocket.open(server)) {
      socket.sayBinary(new byte[] {1, 2});
      assertThat(socket.hear().at("/data/code").asText()).isEqualTo("SESSION_ERROR");
      assertThat(socket.closeCode()).isEqualTo(1003);
    }
    waitUntil(() -> environments() == 0);
  }

  @Test
  void aSessionOfJsonRpcCanBeAttachedTo() {
    TestClient rest = new TestClient(server, Contract.ofOpenEnv(), "/openenv");
    String create = "{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"openenv/session/create\"}";
    String id = rest.post("/mcp", create).json().at("/result/session_id").asText();
    try (OpenEnvSocket socket = OpenEnvSocket.open(server, "/openenv/ws?session_id=" + id)) {
      socket.ask("{\"type\": \"reset\", \"data\": {\"seed\": 1}}");
      JsonNode own = socket.ask("{\"type\": \"mcp\", \"data\": " + create + "}");
      assertThat(own.at("/data/result/session_id").asText()).isEqualTo(id);
    }
    assertThat(rest.get("/state?episode_id=" + id).json().get("status").asText())
        .isEqualTo("running");
    try (OpenEnvSocket socket = OpenEnvSocket.open(server, "/openenv/ws?session_id=nobody")) {
      assertThat(socket.hear().at("/data/code").asText()).isEqualTo("SESSION_ERROR");
      assertThat(socket.closeCode()).isEqualTo(1011);
    }
  }

  @Test
  void toolsHaveASocketOfTheirOwnInWhichAnEpisodeHasBegun() throws Exception {
    TestClient rest = new TestClient(server, Contract.ofOpenEnv(), "/openenv");
    String call = "{\"jsonrpc\": \"2.0\", \"id\": 7, \"method\": \"";
    String act =
        call
            + "tools/call\", \"params\": {\"name\": \"take_action\","
            + " \"arguments\": {\"action\": 1}}}";
    String id;
    try (OpenEnvSocket socket = OpenEnvSocket.open(server, "/openenv/mcp")) {
      JsonNode tools = socket.ask(call + "tools/list\"}");
      assertThat(tools.at("/result/tools")).hasSize(2);
      assertThat(tools.get("id").asInt()).isEqualTo(7);
      JsonNode step = socket.ask(act);
      assertThat(step.at("/result/data/reward").isNumber()).as(step.toString()).isTrue();
      id = socket.ask(call + "openenv/session/create\"}").at("/result/session_id").asText();
      assertThat(socket.ask("{").at("/error/code").asInt()).isEqualTo(-32700);
      assertThat(socket.ask("[]").at("/error/code").asInt()).isEqualTo(-32700);
      assertThat(socket.ask("{}").at("/error/code").asInt()).isEqualTo(-32600);
      assertThat(socket.ask(call + "initialize\"}").at("/error/code").asInt()).isEqualTo(-32601);
      String close =
          call + "openenv/session/close\", \"params\": {\"session_id\": \"" + id + "\"}}";
      assertThat(socket.ask(close).at("/error/code").asInt()).isEqualTo(-32600);
      assertThat(rest.get("/state?episode_id=" + id).json().get("step_count").asInt()).isEqualTo(1);
      // what no tool may do, who trains the model may
      rest.post("/reset", "{\"episode_id\": \"" + id + "\", \"seed\": 4}");
      assertThat(socket.ask(act).at("/result/data/reward").isNumber()).isTrue();
    }
    waitUntil(() -> environments() == 0);
    assertThat(rest.get("/state?episode_id=" + id).status()).isEqualTo(404);
  }

  @Test
  void aFullServerTellsToolsSoAndHangsUp() {
    restart(TestServers.limits(1, 4), Duration.ofSeconds(20));
    try (OpenEnvSocket first = OpenEnvSocket.open(server, "/openenv/mcp")) {
      assertThat(first.ask("{}").at("/error/code").asInt()).isEqualTo(-32600);
      try (OpenEnvSocket second = OpenEnvSocket.open(server, "/openenv/mcp")) {
        JsonNode refusal = second.hear();
        assertThat(refusal.at("/error/code").asInt()).isEqualTo(-32000);
        assertThat(refusal.at("/error/data/max_sessions").asInt()).isEqualTo(1);
        assertThat(second.closeCode()).isEqualTo(1000);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://evil.example", "null", "http://127.0.0.1:1"})
  void aPageOfAnotherServerIsNotLetIn(String origin) {
    assertThat(OpenEnvSocket.refusal(server, "/openenv/ws", "Origin", origin)).isEqualTo(403);
    assertThat(environments()).isZero();
  }

  @Test
  void itsOwnPagesAreLetIn() {
    try (OpenEnvSocket socket =
        OpenEnvSocket.open(server, "/openenv/ws", "Origin", server.address().toString())) {
      assertThat(socket.ask(STATE).get("type").asText()).isEqualTo("state");
    }
  }

  @Test
  void withoutTheTokenThereIsNoConnection() {
    server.close();
    server = TestServers.start(TestServers.settings(TestServers.limits(4, 4), "secret"), counting);
    assertThat(OpenEnvSocket.refusal(server, "/openenv/ws")).isEqualTo(401);
    try (OpenEnvSocket socket =
        OpenEnvSocket.open(server, "/openenv/ws", "Authorization", "Bearer secret")) {
      assertThat(socket.ask(STATE).get("type").asText()).isEqualTo("state");
    }
  }

  @Test
  void aStopAnswersWhatIsInFlightAndSaysGoodbye() throws Exception {
    try (OpenEnvSocket socket = OpenEnvSocket.open(server)) {
      socket.ask(RESET_COUNTING);
      socket.say(WAIT);
      assertThat(counting.waiting.await(20, TimeUnit.SECONDS)).isTrue();
      CompletableFuture<Void> stopping = CompletableFuture.runAsync(server::close);
      Thread.sleep(200);
      counting.latch.countDown();
      assertThat(socket.hear().at("/data/observation/value").asInt()).isEqualTo(1);
      assertThat(socket.closeCode()).isEqualTo(1001);
      stopping.get(20, TimeUnit.SECONDS);
      assertThat(counting.closed).hasValue(1);
    }
  }

  private void restart(SessionLimits limits, Duration ping) {
    server.close();
    server = start(limits, ping);
  }

  private GymServer start(SessionLimits limits, Duration ping) {
    return TestServers.start(
        new ServerSettings(
            ServerSettings.LOOPBACK,
            0,
            null,
            Set.of(),
            limits,
            RequestLimits.DEFAULT,
            new SocketLimits(16, 1 << 20, ping, Duration.ofMinutes(30), Duration.ofSeconds(10)),
            ConnectionLimits.DEFAULT,
            64,
            16,
            Duration.ofSeconds(60),
            Duration.ofSeconds(10),
            false),
        counting);
  }

  private int environments() {
    return new TestClient(server).get("/v1/envs").json().get("environments").size();
  }

  private static void waitUntil(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
