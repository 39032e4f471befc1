package io.splitgym.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.splitgym.registry.CountingSpec;
import io.splitgym.server.RawSocket.Frame;
import io.splitgym.server.operation.RequestLimits;
import io.splitgym.server.websocket.SocketLimits;
import io.splitgym.session.SessionLimits;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The operations over a WebSocket. */
class SocketTest {
  private static final String CREATE =
      "{\"id\": 1, \"type\": \"create\", \"spec\": \"SplitInference-v0\", \"seed\": 5}";

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
  void oneSocketCanDoWhatRestCanAndSharesItsEnvironments() {
    try (RawSocket socket = new RawSocket(server)) {
      assertThat(socket.status()).contains("101");
      JsonNode made = socket.ask(CREATE);
      assertThat(made.get("id").asLong()).isEqualTo(1);
      String id = made.at("/result/id").asText();
      assertThat(client.get("/v1/envs/" + id).json()).isEqualTo(made.get("result"));

      String twin = client.create("{\"spec\": \"SplitInference-v0\", \"seed\": 5}");
      assertThat(socket.ask(message("reset", id, "")).get("result"))
          .isEqualTo(client.post(twin + "/reset", "{}").json());
      assertThat(socket.ask(message("step", id, ", \"action\": 2")).get("result"))
          .isEqualTo(client.post(twin + "/step", "{\"action\": 2}").json());
      // over REST, on what the socket made; and over the socket, on what REST made
      assertThat(client.post("/v1/envs/" + id + "/step", "{\"action\": 1}").json())
          .isEqualTo(
              socket
                  .ask(message("step", twin.substring("/v1/envs/".length()), ", \"action\": 1"))
                  .get("result"));
      assertThat(socket.ask(message("describe", id, "")).at("/result/steps").asInt()).isEqualTo(2);
      JsonNode gone = socket.ask(message("delete", id, ""));
      assertThat(gone.toString()).isEqualTo("{\"id\":7,\"result\":null}");
      assertThat(client.get("/v1/envs/" + id).status()).isEqualTo(404);
    }
  }

  @Test
  void everyRouteIsAMessageToo() {
    List<String> types = new ArrayList<>();
    client.get("/v1/handshake").json().get("messages").forEach(t -> types.add(t.asText()));
    long operations =
        server.routes().stream()
            .filter(route -> !route.contains("/docs") && !route.contains("/openapi"))
            .filter(route -> !route.equals("GET /metrics") && !route.equals("GET /ready"))
            .filter(route -> !route.equals("GET /") && !route.startsWith("GET /page"))
            .filter(route -> !route.equals("GET /v1/live"))
            .filter(route -> !route.contains(" /openenv/"))
            .filter(route -> !route.endsWith("/v1/ws"))
            .count();
    assertThat(types).doesNotHaveDuplicates().hasSize((int) operations);
  }

  @Test
  void binaryFramesAreCborAndAnsweredInIt() {
    try (RawSocket socket = new RawSocket(server)) {
      String id = socket.askCbor(CREATE).at("/result/id").asText();
      JsonNode reset = socket.askCbor(message("reset", id, ", \"seed\": 1"));
      assertThat(reset.at("/result/observation/dtype").asText()).isEqualTo("float32");
      assertThat(reset.at("/result/observation/data").isBinary()).isTrue();
      assertThat(socket.ask(message("step", id, ", \"action\": 0")).at("/result/observation"))
          .hasSize(3);
      assertThat(socket.askCbor("{\"id\": 3}").at("/problem/field").asText()).isEqualTo("type");
    }
  }

  @Test
  void manyInFlightAreAnsweredInOrderAndAsIfOneByOne() {
    int steps = 2_000;
    List<JsonNode> oneByOne = new ArrayList<>();
    try (RawSocket socket = new RawSocket(server)) {
      String id =
          socket
              .ask(CREATE.replace("\"seed\": 5", "\"seed\": 5, \"episodeSteps\": 100000"))
              .at("/result/id")
              .asText();
      socket.ask(message("reset", id, ""));
      for (int i = 0; i < steps; i++) {
        oneByOne.add(socket.ask(message("step", id, ", \"action\": " + i % 5)).get("result"));
      }
      socket.ask(message("reset", id, ", \"seed\": 5"));
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < steps; i++) {
                  socket.tell(
                      message("step", id, ", \"action\": " + i % 5)
                          .replace("\"id\": 7", "\"id\": " + i));
                }
              });
      for (int i = 0; i < steps; i++) {
        JsonNode answer = socket.answer();
        assertThat(answer.get("id").asInt()).isEqualTo(i);
        assertThat(answer.get("result")).isEqualTo(oneByOne.get(i));
      }
      writer.join();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "nonsense | null | malformed-body | -",
        "[] | null | malformed-body | -",
        "{} | null | malformed-request | id",
        "{\"id\": \"a\"} | null | malformed-request | id",
        "{\"id\": 4} | 4 | malformed-request | type",
        "{\"id\": 4, \"type\": \"jump\"} | 4 | malformed-request | type",
        "{\"id\": 4, \"type\": \"step\", \"action\": 1} | 4 | malformed-request | environment",
        "{\"id\": 4, \"type\": \"step\", \"environment\": \"x\", \"action\": 1} | 4 |"
            + " unknown-environment | id",
        "{\"id\": 4, \"type\": \"list\", \"sort\": 1} | 4 | malformed-request | sort",
        "{\"id\": 4, \"type\": \"create\", \"spec\": \"Nobody-v0\"} | 4 | value-not-allowed | spec",
        "{\"id\": 4, \"type\": \"create\", \"spec\": \"SplitInference-v0\", \"backend\": \"llm\"}"
            + " | 4 | backend-unavailable | -",
        "{\"id\": 4, \"type\": \"hello\", \"tocken\": \"x\"} | 4 | malformed-request | tocken",
      })
  void whatIsRefusedIsAProblemAndTheSocketGoesOn(
      String message, String id, String problem, String field) {
    try (RawSocket socket = new RawSocket(server)) {
      JsonNode answer = socket.ask(message);
      assertThat(answer.get("id").toString()).isEqualTo(id);
      assertThat(answer.at("/problem/type").asText()).endsWith(":" + problem);
      assertThat(answer.at("/problem/field").asText("-")).isEqualTo(field);
      assertThat(socket.ask("{\"id\": 9, \"type\": \"health\"}").at("/result/status").asText())
          .isEqualTo("healthy");
    }
  }

  @Test
  void messagesMayComeInPieces() {
    try (RawSocket socket = new RawSocket(server)) {
      byte[] bytes = CREATE.getBytes(StandardCharsets.UTF_8);
      socket.send(RawSocket.TEXT, false, Arrays.copyOf(bytes, 10));
      socket.send(RawSocket.PING, true, new byte[] {1, 2});
      assertThat(socket.frame().opCode()).isEqualTo(RawSocket.PONG);
      socket.send(RawSocket.CONTINUATION, false, new byte[0]);
      socket.send(RawSocket.CONTINUATION, true, Arrays.copyOfRange(bytes, 10, bytes.length));
      assertThat(socket.answer().at("/result/spec").asText()).isEqualTo("SplitInference-v0");
    }
  }

  @Test
  void aMessageThatIsTooLargeForAnyClosesWith1009() {
    try (RawSocket socket = new RawSocket(server)) {
      int most = (1 << 20) + 64 * 65_536;
      byte[] piece = new byte[1 << 20];
      socket.send(RawSocket.TEXT, false, piece);
      for (int i = 1; i < most / piece.length; i++) {
        socket.send(RawSocket.CONTINUATION, false, piece);
      }
      // of what is refused no more than fits on the way: who still writes may not hear why
      socket.send(RawSocket.CONTINUATION, true, new byte[1]);
      Frame close = socket.frame();
      assertThat(close.closeCode()).isEqualTo(1009);
      assertThat(close.closeReason()).contains("at most " + most + " bytes");
    }
  }

  @Test
  void aMessageThatIsTooLargeForWhatItAsksForIsRefused() {
    try (RawSocket socket = new RawSocket(server)) {
      JsonNode answer = socket.ask(CREATE + " ".repeat(1 << 20));
      assertThat(answer.at("/problem/type").asText()).endsWith(":body-too-large");
      assertThat(answer.at("/problem/allowed").asText()).isEqualTo("at most 1048576 bytes");
    }
  }

  @Test
  void whatIsNotAFrameIsHungUpOn() {
    try (RawSocket socket = new RawSocket(server)) {
      socket.sendBytes(new byte[] {(byte) 0xff, (byte) 0xff, 0, 0, 0, 0});
      assertThat(socket.frame().closeCode()).isEqualTo(1002);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Origin: https://evil.example\r\n",
        "Origin: null\r\n",
        "Origin: http://localhost:3000\r\n",
        "Host: evil.example\r\nOrigin: http://evil.example\r\n",
        "Host: evil.example\r\n",
      })
  void aPageFromElsewhereGetsNoSocket(String headers) {
    try (RawSocket socket = new RawSocket(server, headers)) {
      assertThat(socket.status()).contains(" 403 ");
    }
  }

  @Test
  void ownPagesGetOne() {
    String own = "Origin: http://localhost:" + server.port() + "\r\n";
    try (RawSocket socket = new RawSocket(server, own)) {
      assertThat(socket.status()).contains(" 101 ");
    }
  }

  @Test
  void aPlainRequestIs426() {
    TestClient.Answer answer = client.get("/v1/ws");
    assertThat(answer.status()).isEqualTo(426);
    assertThat(answer.header("Upgrade")).isEqualTo("websocket");
  }

  @Test
  void aTokenComesInTheHeaderOrInTheFirstMessage() {
    try (GymServer guarded = guarded(SocketLimits.DEFAULT)) {
      try (RawSocket socket = new RawSocket(guarded, "Authorization: Bearer s3cret\r\n")) {
        assertThat(socket.ask(CREATE).has("result")).isTrue();
      }
      try (RawSocket socket = new RawSocket(guarded, "Authorization: Bearer wrong\r\n")) {
        assertThat(socket.status()).contains(" 401 ");
      }
      try (RawSocket socket = new RawSocket(guarded)) {
        assertThat(socket.ask(CREATE).at("/problem/status").asInt()).isEqualTo(401);
        JsonNode hello = socket.ask("{\"id\": 2, \"type\": \"hello\", \"token\": \"s3cret\"}");
        assertThat(hello.at("/result/protocol").asText()).isEqualTo("1.0");
        assertThat(socket.ask(CREATE).has("result")).isTrue();
      }
      try (RawSocket socket = new RawSocket(guarded)) {
        JsonNode hello = socket.ask("{\"id\": 2, \"type\": \"hello\", \"token\": \"wrong\"}");
        assertThat(hello.at("/problem/status").asInt()).isEqualTo(401);
        assertThat(socket.frame().closeCode()).isEqualTo(4401);
      }
      try (RawSocket socket = new RawSocket(guarded)) {
        socket.tell("{\"id\": 1, \"type\": \"hello\", \"token\": \"" + "x".repeat(5_000) + "\"}");
        assertThat(socket.frame().closeCode()).isEqualTo(1009);
      }
    }
  }

  @Test
  void whoDoesNotSayHelloInTimeIsHungUpOn() {
    SocketLimits limits =
        new SocketLimits(
            8, 1 << 20, Duration.ofSeconds(9), Duration.ofMinutes(1), Duration.ofMillis(300));
    try (GymServer guarded = guarded(limits);
        RawSocket socket = new RawSocket(guarded)) {
      assertThat(socket.frame().closeCode()).isEqualTo(4408);
    }
  }

  @Test
  void theServerPingsAndHangsUpOnWhoIsGone() {
    SocketLimits limits =
        new SocketLimits(
            8, 1 << 20, Duration.ofSeconds(1), Duration.ofMinutes(1), Duration.ofSeconds(9));
    try (GymServer quick = start(null, limits, new CountingSpec());
        RawSocket silent = new RawSocket(quick);
        RawSocket alive = new RawSocket(quick)) {
      assertThat(silent.anyFrame().opCode()).isEqualTo(RawSocket.PING);
      long start = System.nanoTime();
      while (System.nanoTime() - start < TimeUnit.MILLISECONDS.toNanos(4_000)) {
        assertThat(alive.anyFrame().opCode()).isEqualTo(RawSocket.PING);
        alive.send(RawSocket.PONG, true, new byte[0]);
      }
      assertThat(alive.ask("{\"id\": 1, \"type\": \"health\"}").has("result")).isTrue();
      while (!silent.isCut()) {
        // the pings that were on their way
      }
    }
  }

  @Test
  void aSocketOverWhichNothingIsAskedIsClosedWithAWord() {
    SocketLimits limits =
        new SocketLimits(
            8, 1 << 20, Duration.ofSeconds(2), Duration.ofMillis(500), Duration.ofSeconds(9));
    try (GymServer quick = start(null, limits, new CountingSpec());
        RawSocket socket = new RawSocket(quick)) {
      Frame close = socket.frame();
      assertThat(close.closeCode()).isEqualTo(1001);
      assertThat(close.closeReason()).contains("nothing was asked");
    }
  }

  @Test
  void whoDoesNotReadIsNotReadFromAndHoldsNothingUp() throws Exception {
    SocketLimits limits =
        new SocketLimits(
            16, 1 << 20, Duration.ofSeconds(1), Duration.ofMinutes(1), Duration.ofSeconds(9));
    try (GymServer quick = start(null, limits, new CountingSpec())) {
      List<RawSocket> greedy = new ArrayList<>();
      List<CompletableFuture<Boolean>> writers = new ArrayList<>();
      ExecutorService threads = Executors.newCachedThreadPool();
      for (int i = 0; i < 24; i++) {
        RawSocket socket = new RawSocket(quick);
        greedy.add(socket);
        writers.add(
            CompletableFuture.supplyAsync(
                () -> {
                  try {
                    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(50);
                    while (System.nanoTime() < end) {
                      socket.tell("{\"id\": 1, \"type\": \"specs\"}");
                    }
                    return false;
                  } catch (UncheckedIOException e) {
                    // hung up on, as it should be
                    return true;
                  }
                },
                threads));
      }
      threads.shutdown();
      TestClient other = new TestClient(quick);
      for (int i = 0; i < 20; i++) {
        assertThat(other.get("/health").status()).isEqualTo(200);
      }
      for (CompletableFuture<Boolean> writer : writers) {
        assertThat(writer.get(60, TimeUnit.SECONDS)).as("hung up on").isTrue();
      }
      greedy.forEach(RawSocket::close);
    }
  }

  @Test
  void aSlowStepDoesNotHoldUpOtherEnvironmentsButTheOrderOfItsOwn() throws Exception {
    CountingSpec counting = new CountingSpec(true);
    try (GymServer slow = start(null, SocketLimits.DEFAULT, counting);
        RawSocket socket = new RawSocket(slow)) {
      String one = counting(socket);
      String two = counting(socket);
      socket.tell(message("step", one, ", \"action\": [9, 0]"));
      socket.tell(message("step", one, ", \"action\": [1, 0]"));
      socket.tell(message("step", two, ", \"action\": [1, 0]"));
      socket.tell(message("describe", one, ""));
      assertThat(counting.waiting.await(20, TimeUnit.SECONDS)).isTrue();
      TestClient its = new TestClient(slow);
      for (int i = 0; its.get("/v1/envs/" + two).json().get("steps").asInt() == 0; i++) {
        assertThat(i).isLessThan(200);
        Thread.sleep(20);
      }
      assertThat(its.get("/v1/envs/" + one).json().get("steps").asInt()).isZero();
      counting.latch.countDown();
      assertThat(socket.answer().at("/result/observation").asInt()).isEqualTo(1);
      assertThat(socket.answer().at("/result/observation").asInt()).isEqualTo(2);
      assertThat(socket.answer().at("/result/observation").asInt()).isEqualTo(1);
      assertThat(socket.answer().at("/result/steps").asInt()).isEqualTo(2);
    }
  }

  @Test
  void nothingIsReadWhileMessagesInFlightHaveAsManyBytesAsTheyMay() throws Exception {
    CountingSpec counting = new CountingSpec(true);
    SocketLimits few =
        new SocketLimits(
            256, 1_000, Duration.ofSeconds(20), Duration.ofMinutes(1), Duration.ofSeconds(9));
    try (GymServer slow = start(null, few, counting);
        RawSocket socket = new RawSocket(slow)) {
      String id = counting(socket);
      socket.tell(message("step", id, ", \"action\": [9, 0]" + " ".repeat(1_000)));
      assertThat(counting.waiting.await(20, TimeUnit.SECONDS)).isTrue();
      socket.send(RawSocket.PING, true, new byte[] {1});
      Thread.sleep(300);
      counting.latch.countDown();
      assertThat(socket.frame().opCode()).isEqualTo(RawSocket.TEXT);
      assertThat(socket.frame().opCode()).isEqualTo(RawSocket.PONG);
    }
  }

  @Test
  void aSlowCallThatTakesTooLongIs503AndGoesOn() throws Exception {
    CountingSpec counting = new CountingSpec(true);
    RequestLimits brief =
        new RequestLimits(
            1 << 20,
            64,
            32,
            0,
            4_096,
            32,
            Map.of("fingers", Duration.ofSeconds(2)),
            Duration.ofMinutes(1));
    try (GymServer slow = start(null, SocketLimits.DEFAULT, brief, counting);
        RawSocket socket = new RawSocket(slow)) {
      String id = counting(socket);
      JsonNode answer = socket.ask(message("step", id, ", \"action\": [9, 0]"));
      assertThat(answer.at("/problem/type").asText()).endsWith(":took-too-long");
      assertThat(answer.at("/problem/allowed").asText()).contains("seconds");
      TestClient its = new TestClient(slow);
      TestClient.Answer rest = its.post("/v1/envs/" + id + "/step", "{\"action\": [1, 0]}");
      assertThat(rest.status()).isEqualTo(503);
      counting.latch.countDown();
      for (int i = 0; its.get("/v1/envs/" + id).json().get("steps").asInt() < 2; i++) {
        assertThat(i).isLessThan(200);
        Thread.sleep(20);
      }
    }
  }

  @Test
  void aStopAnswersWhatWasReadAndSaysGoodbye() throws Exception {
    CountingSpec counting = new CountingSpec(true);
    GymServer slow = start(null, SocketLimits.DEFAULT, counting);
    try (RawSocket socket = new RawSocket(slow)) {
      String id = counting(socket);
      socket.tell(message("step", id, ", \"action\": [9, 0]"));
      assertThat(counting.waiting.await(20, TimeUnit.SECONDS)).isTrue();
      CompletableFuture<Void> stop = CompletableFuture.runAsync(slow::close);
      Thread.sleep(200);
      assertThat(stop).isNotDone();
      counting.latch.countDown();
      assertThat(socket.answer().at("/result/observation").asInt()).isEqualTo(1);
      Frame close = socket.frame();
      assertThat(close.closeCode()).isEqualTo(1001);
      assertThat(close.closeReason()).isEqualTo("the server is stopping");
      socket.send(RawSocket.CLOSE, true, new byte[] {3, (byte) 0xe9});
      stop.get(20, TimeUnit.SECONDS);
    }
  }

  private static String counting(RawSocket socket) {
    String id =
        socket
            .ask("{\"id\": 1, \"type\": \"create\", \"spec\": \"" + CountingSpec.ID + "\"}")
            .at("/result/id")
            .asText();
    socket.ask(message("reset", id, ""));
    return id;
  }

  private static String message(String type, String environment, String fields) {
    return "{\"id\": 7, \"type\": \""
        + type
        + "\", \"environment\": \""
        + environment
        + "\""
        + fields
        + "}";
  }

  private static GymServer guarded(SocketLimits limits) {
    return start("s3cret", limits, new CountingSpec());
  }

  private static GymServer start(
      @Nullable String token, SocketLimits limits, CountingSpec counting) {
    return start(token, limits, RequestLimits.DEFAULT, counting);
  }

  private static GymServer start(
      @Nullable String token, SocketLimits limits, RequestLimits requests, CountingSpec counting) {
    return TestServers.start(
        new ServerSettings(
            ServerSettings.LOOPBACK,
            0,
            token,
            Set.of(),
            SessionLimits.DEFAULT,
            requests,
            limits,
            ConnectionLimits.DEFAULT,
            64,
            16,
            Duration.ofSeconds(2),
            Duration.ofSeconds(10),
            false),
        counting);
  }
}
