package io.splitgym.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.splitgym.registry.CountingSpec;
import io.splitgym.server.operation.RequestLimits;
import io.splitgym.server.websocket.SocketLimits;
import io.splitgym.session.SessionLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients who send or read too slowly, more of them than the server has threads. */
class SlowClientsTest {
  private static final int THREADS = 8;
  private static final int MANY = 5 * THREADS;
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String BODY = "{\"spec\": \"SplitInference-v0\"}";

  private final List<Socket> sockets = new ArrayList<>();

  @AfterEach
  void hangUp() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  @Test
  void bodiesThatDoNotComeLeaveTheServerAnswering() throws Exception {
    try (GymServer server = start(null, ConnectionLimits.DEFAULT, LONG)) {
      for (int i = 0; i < MANY; i++) {
        send(connect(server), header("") + BODY.substring(0, 5));
      }
      assertAnswers(server);
      for (Socket socket : sockets) {
        send(socket, BODY.substring(5));
        assertThat(statusLine(socket)).isEqualTo("HTTP/1.1 201");
      }
    }
  }

  @Test
  void answersThatNobodyReadsLeaveTheServerAnswering() throws Exception {
    try (GymServer server = start(null, ConnectionLimits.DEFAULT, LONG)) {
      for (int i = 0; i < MANY; i++) {
        Socket socket = connect(server);
        // each asks for more than the two ends of its connection can buffer
        send(socket, "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(60));
      }
      assertAnswers(server);
      // who reads after all gets everything
      InputStream in = sockets.get(0).getInputStream();
      assertThat(in.readNBytes(1_000_000)).hasSize(1_000_000);
      hangUp();
    }
  }

  @Test
  void anAnswerThatIsReadTooSlowlyIsBrokenOff() throws Exception {
    try (GymServer server = start(null, ConnectionLimits.DEFAULT, Duration.ofSeconds(2))) {
      Socket socket = connect(server);
      int asked = 100;
      send(socket, "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(asked));
      long read = 0;
      try {
        InputStream in = socket.getInputStream();
        for (int i = 0; i < 60; i++) {
          // often enough that the connection is never silent for long
          read += in.readNBytes(20_000).length;
          Thread.sleep(50);
        }
        read += in.readAllBytes().length;
      } catch (SocketException e) {
        // a reset is as good an end as any
      }
      long whole = wholeAnswers(server, asked);
      assertThat(read).isLessThan(whole);
    }
  }

  private static long wholeAnswers(GymServer server, int count) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", server.port())) {
      send(socket, "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      return (long) count * socket.getInputStream().readAllBytes().length;
    }
  }

  @Test
  void bodiesOfMoreBytesThanMayWaitAreRefusedUntilTheOthersAreGone() throws Exception {
    ConnectionLimits little = new ConnectionLimits(1_000, 1_000, LONG, 1 << 13, 100_000);
    try (GymServer server = start(null, little, LONG)) {
      String most = " ".repeat(70_000);
      Socket first = connect(server);
      send(first, header("", most.length() + BODY.length()) + most);
      awaitHeld(server, 70_000);
      Socket second = connect(server);
      send(second, header("", most.length() + BODY.length()) + most);
      assertThat(rest(second))
          .startsWith("HTTP/1.1 503")
          .containsIgnoringCase("Retry-After: 1")
          .contains("problem:too-much-waiting");
      send(first, BODY);
      assertThat(statusLine(first)).isEqualTo("HTTP/1.1 201");
      Socket third = connect(server);
      send(third, header("", most.length() + BODY.length()) + most);
      awaitHeld(server, 70_000);
      send(third, BODY);
      assertThat(statusLine(third)).isEqualTo("HTTP/1.1 201");
    }
  }

  private static void awaitHeld(GymServer server, int bytes) throws InterruptedException {
    TestClient client = new TestClient(server);
    String line = "splitgym_waiting_bytes " + Double.valueOf(bytes);
    String text = client.get("/metrics").text();
    for (int i = 0; i < 1_000 && !text.contains(line); i++) {
      Thread.sleep(20);
      text = client.get("/metrics").text();
    }
    assertThat(text).contains(line);
  }

  @Test
  void strangersBodiesAreNotWaitedFor() throws Exception {
    try (GymServer server = start("sesame", ConnectionLimits.DEFAULT, LONG)) {
      Socket stranger = connect(server);
      send(stranger, header("", 1_000) + "{");
      assertThat(statusLine(stranger)).isEqualTo("HTTP/1.1 401");
      Socket friend = connect(server);
      send(friend, header("Authorization: Bearer sesame\r\n") + BODY.substring(0, 5));
      Thread.sleep(100);
      send(friend, BODY.substring(5));
      assertThat(statusLine(friend)).isEqualTo("HTTP/1.1 201");
    }
  }

  @Test
  void aBodyInChunksThatComeOneByOneIsPutTogether() throws Exception {
    try (GymServer server = start(null, ConnectionLimits.DEFAULT, LONG)) {
      Socket socket = connect(server);
      send(
          socket,
          "POST /v1/envs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Transfer-Encoding: chunked\r\n\r\n");
      for (char c : BODY.toCharArray()) {
        send(socket, "1\r\n" + c + "\r\n");
      }
      send(socket, "0\r\n\r\n");
      assertThat(statusLine(socket)).isEqualTo("HTTP/1.1 201");
    }
  }

  @Test
  void aBodyThatIsExpectedIsAskedFor() throws Exception {
    try (GymServer server = start(null, ConnectionLimits.DEFAULT, LONG)) {
      Socket socket = connect(server);
      send(socket, header("Expect: 100-continue\r\n"));
      assertThat(statusLine(socket)).isEqualTo("HTTP/1.1 100");
      socket.getInputStream().readNBytes("\r\n\r\n".length() + " Continue".length());
      send(socket, BODY);
      assertThat(statusLine(socket)).isEqualTo("HTTP/1.1 201");
    }
  }

  @Test
  void whoSendsMuchTooMuchIsToldSo() throws Exception {
    try (GymServer server = start(null, ConnectionLimits.DEFAULT, LONG)) {
      Socket socket = connect(server);
      int bytes = 12_000_000;
      send(socket, header("", bytes));
      CompletableFuture<@Nullable Void> sending =
          CompletableFuture.runAsync(
              () -> {
                byte[] piece = new byte[100_000];
                try {
                  for (int i = 0; i < bytes / piece.length; i++) {
                    socket.getOutputStream().write(piece);
                  }
                } catch (IOException e) {
                  // the server has hung up, as it may
                }
              });
      assertThat(statusLine(socket)).isEqualTo("HTTP/1.1 413");
      sending.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void aConnectionWhoseClientIsGoneHoldsNothing() throws Exception {
    ConnectionLimits little = new ConnectionLimits(1_000, 1_000, LONG, 1 << 13, 100_000);
    try (GymServer server = start(null, little, LONG)) {
      for (int i = 0; i < 5; i++) {
        Socket socket = connect(server);
        send(socket, header("", 90_000) + " ".repeat(80_000));
        awaitHeld(server, 80_000);
        socket.close();
        awaitHeld(server, 0);
      }
      Socket last = connect(server);
      send(last, header("", 80_000 + BODY.length()) + " ".repeat(80_000));
      awaitHeld(server, 80_000);
      send(last, BODY);
      assertThat(statusLine(last)).isEqualTo("HTTP/1.1 201");
    }
  }

  private static void assertAnswers(GymServer server) throws Exception {
    for (int i = 0; i < 3; i++) {
      CompletableFuture<Integer> asked =
          CompletableFuture.supplyAsync(() -> new TestClient(server).get("/health").status());
      assertThat(asked.get(20, TimeUnit.SECONDS)).isEqualTo(200);
    }
    assertThat(new TestClient(server).post("/v1/envs", BODY).status()).isEqualTo(201);
  }

  private static String header(String more) {
    return header(more, BODY.length());
  }

  private static String header(String more, int length) {
    return "POST /v1/envs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        + more
        + "Content-Length: "
        + length
        + "\r\n\r\n";
  }

  private static GymServer start(
      @Nullable String token, ConnectionLimits connections, Duration silence) {
    return TestServers.start(
        new ServerSettings(
            ServerSettings.LOOPBACK,
            0,
            token,
            Set.of(),
            SessionLimits.DEFAULT,
            RequestLimits.DEFAULT,
            SocketLimits.DEFAULT,
            connections,
            2,
            THREADS,
            silence,
            Duration.ofSeconds(1),
            false),
        new CountingSpec());
  }

  private Socket connect(GymServer server) throws IOException {
    Socket socket = new Socket();
    // little is buffered on the way, so that little has to be asked for
    socket.setReceiveBufferSize(16_384);
    socket.connect(new InetSocketAddress("127.0.0.1", server.port()));
    socket.setSoTimeout(20_000);
    sockets.add(socket);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  private static String statusLine(Socket socket) throws IOException {
    return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
  }

  private static String rest(Socket socket) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    socket.getInputStream().transferTo(answer);
    return answer.toString(StandardCharsets.UTF_8);
  }
}
