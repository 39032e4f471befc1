package io.splitgym.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.registry.CountingSpec;
import io.splitgym.server.TestClient.Answer;
import io.splitgym.server.operation.RequestLimits;
import io.splitgym.server.websocket.SocketLimits;
import io.splitgym.session.SessionLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Slow clients, slow steps, and the end. */
class EnduranceTest {
  private static final String COUNTING = "{\"spec\": \"" + CountingSpec.ID + "\"}";
  private static final String WAIT = "{\"action\": [9, 0]}";

  private final CountingSpec counting = new CountingSpec();

  @Test
  void aStepMayTakeLongerThanAConnectionMayBeSilent() throws Exception {
    try (GymServer server = start(SessionLimits.DEFAULT)) {
      TestClient client = new TestClient(server);
      String path = client.create(COUNTING);
      client.post(path + "/reset", "{}");
      CompletableFuture<Answer> step =
          CompletableFuture.supplyAsync(() -> client.post(path + "/step", WAIT));
      assertThat(counting.waiting.await(20, TimeUnit.SECONDS)).isTrue();
      Thread.sleep(1_500);
      counting.latch.countDown();
      assertThat(step.get(20, TimeUnit.SECONDS).status()).isEqualTo(200);
    }
  }

  @Test
  void whoSendsNothingIsHungUpOn() throws IOException {
    try (GymServer server = start(SessionLimits.DEFAULT);
        Socket socket = connect(server)) {
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void aHeaderThatNeverEndsIsHungUpOn() throws IOException {
    try (GymServer server = start(SessionLimits.DEFAULT);
        Socket socket = connect(server)) {
      send(socket, "POST /v1/envs HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
      assertThat(rest(socket)).doesNotContain("200 OK");
    }
  }

  @Test
  void aHeaderThatTricklesInIsHungUpOnButAConnectionThatIsUsedNowAndThenIsNot() throws Exception {
    ConnectionLimits brief =
        new ConnectionLimits(1_000, 1_000, Duration.ofMillis(400), 1 << 13, 1 << 20);
    try (GymServer server = start(brief);
        Socket trickling = connect(server);
        Socket used = connect(server)) {
      String health = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
      CompletableFuture<Integer> sent =
          CompletableFuture.supplyAsync(
              () -> {
                int bytes = 0;
                try {
                  send(trickling, "GET /health HTTP/1.1\r\nX-Slow: ");
                  for (; bytes < 400; bytes++) {
                    send(trickling, "x");
                    Thread.sleep(50);
                  }
                } catch (UncheckedIOException | InterruptedException e) {
                  // the server has hung up, as it should
                }
                return bytes;
              });
      for (int i = 0; i < 6; i++) {
        send(used, health);
        assertThat(used.getInputStream().readNBytes(12)).asString().isEqualTo("HTTP/1.1 200");
        Thread.sleep(300);
        used.getInputStream().readNBytes(used.getInputStream().available());
      }
      assertThat(sent.get(30, TimeUnit.SECONDS)).isLessThan(400);
    }
  }

  @Test
  void anAddressMayHaveOnlySoManyConnections() throws Exception {
    ConnectionLimits few = new ConnectionLimits(1_000, 3, Duration.ofSeconds(10), 1 << 13, 1 << 20);
    try (GymServer server = start(few)) {
      String health = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
      try (Socket first = connect(server);
          Socket second = connect(server);
          Socket third = connect(server)) {
        for (Socket socket : List.of(first, second, third)) {
          send(socket, health);
          assertThat(socket.getInputStream().readNBytes(12)).asString().isEqualTo("HTTP/1.1 200");
        }
        try (Socket fourth = connect(server)) {
          assertThat(isHungUpOn(fourth)).isTrue();
        }
      }
      boolean free = false;
      for (int i = 0; i < 200 && !free; i++) {
        try (Socket next = connect(server)) {
          free = !isHungUpOn(next);
        }
      }
      assertThat(free).isTrue();
    }
  }

  /** Tells by asking: who is hung up on gets no answer. */
  private static boolean isHungUpOn(Socket socket) {
    try {
      send(socket, "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
      return socket.getInputStream().read() < 0;
    } catch (IOException | UncheckedIOException e) {
      return true;
    }
  }

  private GymServer start(ConnectionLimits connections) {
    return start(
        counting,
        SessionLimits.DEFAULT,
        connections,
        Duration.ofSeconds(20),
        Duration.ofSeconds(10));
  }

  @Test
  void aBodyThatTricklesInIsRefused() throws Exception {
    try (GymServer server =
            start(
                counting,
                SessionLimits.DEFAULT,
                ConnectionLimits.DEFAULT,
                Duration.ofSeconds(3),
                Duration.ofSeconds(10));
        Socket socket = connect(server)) {
      send(
          socket,
          "POST /v1/envs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Content-Length: 1000\r\n\r\n");
      CompletableFuture<Void> trickle =
          CompletableFuture.runAsync(
              () -> {
                try {
                  for (int i = 0; i < 200; i++) {
                    send(socket, " ");
                    Thread.sleep(100);
                  }
                } catch (UncheckedIOException | InterruptedException e) {
                  // the server has hung up, as it should
                }
              });
      assertThat(rest(socket)).startsWith("HTTP/1.1 408").contains("problem:timed-out");
      trickle.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void aBodyThatBreaksOffHoldsNothingUp() throws Exception {
    try (GymServer server = start(SessionLimits.DEFAULT)) {
      try (Socket socket = connect(server)) {
        send(
            socket,
            "POST /v1/envs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: 1000\r\n\r\n{");
      }
      TestClient client = new TestClient(server);
      assertThat(client.get("/health").status()).isEqualTo(200);
      assertThat(client.get("/v1/envs").json().get("environments")).isEmpty();
    }
  }

  @Test
  void manyHalfOpenConnectionsLeaveTheServerAnswering() throws Exception {
    try (GymServer server = start(SessionLimits.DEFAULT)) {
      Socket[] idle = new Socket[200];
      try {
        for (int i = 0; i < idle.length; i++) {
          idle[i] = connect(server);
          send(idle[i], "GET /health HTTP/1.1\r\n");
        }
        assertThat(new TestClient(server).get("/health").status()).isEqualTo(200);
      } finally {
        for (Socket socket : idle) {
          if (socket != null) {
            socket.close();
          }
        }
      }
    }
  }

  @Test
  void expiryNeedsNobodyToAsk() throws Exception {
    SessionLimits brief =
        new SessionLimits(4, 4, 8, Duration.ofMillis(200), 4, Duration.ofSeconds(20));
    try (GymServer server = start(brief)) {
      new TestClient(server).create(COUNTING);
      for (int i = 0; i < 200 && counting.closed.get() == 0; i++) {
        Thread.sleep(50);
      }
      assertThat(counting.closed).hasValue(1);
    }
  }

  @Test
  void aStopAnswersTheStepInFlightAndEndsEveryEnvironment() throws Exception {
    GymServer server = start(SessionLimits.DEFAULT);
    TestClient client = new TestClient(server);
    client.create(COUNTING);
    String path = client.create(COUNTING);
    client.post(path + "/reset", "{}");
    CompletableFuture<Answer> step =
        CompletableFuture.supplyAsync(() -> client.post(path + "/step", WAIT));
    assertThat(counting.waiting.await(20, TimeUnit.SECONDS)).isTrue();
    CompletableFuture<Void> stop = CompletableFuture.runAsync(server::close);
    Answer ready = client.get("/ready");
    while (ready.status() == 200) {
      ready = client.get("/ready");
    }
    assertThat(ready.status()).isEqualTo(503);
    assertThat(ready.problem("type")).endsWith(":stopping");
    Answer refused = client.post("/v1/envs", COUNTING);
    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.problem("type")).endsWith(":stopping");
    assertThat(client.get("/health").status()).isEqualTo(200);
    assertThat(client.get(path).status()).isEqualTo(200);
    assertThat(counting.closed).hasValue(0);
    counting.latch.countDown();
    assertThat(step.get(20, TimeUnit.SECONDS).status()).isEqualTo(200);
    stop.get(20, TimeUnit.SECONDS);
    assertThat(counting.closed).hasValue(2);
    assertThatThrownBy(() -> client.get("/health")).isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void aStopCancelsTheStepThatOutlastsItsGrace() throws Exception {
    GymServer server = start(SessionLimits.DEFAULT, Duration.ofMillis(300));
    TestClient client = new TestClient(server);
    String path = client.create(COUNTING);
    client.post(path + "/reset", "{}");
    CompletableFuture<Answer> step =
        CompletableFuture.supplyAsync(() -> client.post(path + "/step", WAIT));
    assertThat(counting.waiting.await(20, TimeUnit.SECONDS)).isTrue();
    CompletableFuture.runAsync(server::close).get(30, TimeUnit.SECONDS);
    assertThat(counting.closed).hasValue(1);
    assertThat(counting.latch.getCount()).isEqualTo(1);
    assertThat(counting.atOnce).hasValue(0);
    Answer given = step.get(20, TimeUnit.SECONDS);
    assertThat(given.status()).isEqualTo(503);
    assertThat(given.problem("type")).endsWith(":stopping");
  }

  @Test
  void aStopTellsASocketThatItsStepIsGivenUpAndSaysGoodbye() throws Exception {
    CountingSpec slow = new CountingSpec(true);
    GymServer server = start(slow, SessionLimits.DEFAULT, Duration.ofMillis(300));
    try (RawSocket socket = new RawSocket(server)) {
      String id =
          socket
              .ask("{\"id\": 1, \"type\": \"create\", \"spec\": \"" + CountingSpec.ID + "\"}")
              .at("/result/id")
              .asText();
      String to = ", \"environment\": \"" + id + "\"";
      socket.ask("{\"id\": 2, \"type\": \"reset\"" + to + "}");
      socket.tell("{\"id\": 3, \"type\": \"step\", \"action\": [9, 0]" + to + "}");
      assertThat(slow.waiting.await(20, TimeUnit.SECONDS)).isTrue();
      CompletableFuture<Void> stop = CompletableFuture.runAsync(server::close);
      assertThat(socket.answer().at("/problem/type").asText()).endsWith(":stopping");
      RawSocket.Frame close = socket.frame();
      assertThat(close.closeCode()).isEqualTo(1001);
      assertThat(close.closeReason()).isEqualTo("the server is stopping");
      socket.send(RawSocket.CLOSE, true, new byte[] {3, (byte) 0xe9});
      stop.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void aStopTellsAnOpenEnvClientThatItsStepIsGivenUpAndSaysGoodbye() throws Exception {
    CountingSpec slow = new CountingSpec(true);
    GymServer server = start(slow, SessionLimits.DEFAULT, Duration.ofMillis(300));
    try (OpenEnvSocket socket = OpenEnvSocket.open(server)) {
      socket.ask("{\"type\": \"reset\", \"data\": {\"spec\": \"" + CountingSpec.ID + "\"}}");
      socket.say("{\"type\": \"step\", \"data\": {\"action\": [9, 0]}}");
      assertThat(slow.waiting.await(20, TimeUnit.SECONDS)).isTrue();
      CompletableFuture<Void> stop = CompletableFuture.runAsync(server::close);
      assertThat(socket.hear().at("/data/message").asText()).contains("the server is stopping");
      assertThat(socket.closeCode()).isEqualTo(1001);
      stop.get(20, TimeUnit.SECONDS);
    }
  }

  private GymServer start(SessionLimits limits) {
    return start(limits, Duration.ofSeconds(10));
  }

  private GymServer start(SessionLimits limits, Duration grace) {
    return start(counting, limits, grace);
  }

  private static GymServer start(CountingSpec counting, SessionLimits limits, Duration grace) {
    return start(counting, limits, ConnectionLimits.DEFAULT, Duration.ofSeconds(1), grace);
  }

  private static GymServer start(
      CountingSpec counting,
      SessionLimits limits,
      ConnectionLimits connections,
      Duration silence,
      Duration grace) {
    return TestServers.start(
        new ServerSettings(
            ServerSettings.LOOPBACK,
            0,
            null,
            Set.of(),
            limits,
            RequestLimits.DEFAULT,
            SocketLimits.DEFAULT,
            connections,
            64,
            16,
            silence,
            grace,
            false),
        counting);
  }

  private static Socket connect(GymServer server) throws IOException {
    Socket socket = new Socket(server.address().getHost(), server.port());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static void send(Socket socket, String text) {
    try {
      OutputStream out = socket.getOutputStream();
      out.write(text.getBytes(StandardCharsets.US_ASCII));
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String rest(Socket socket) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    socket.getInputStream().transferTo(answer);
    return answer.toString(StandardCharsets.UTF_8);
  }
}
