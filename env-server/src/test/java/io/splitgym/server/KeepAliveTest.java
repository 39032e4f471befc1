package io.splitgym.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import org.junit.jupiter.api.Test;

/** One connection, request after request. */
class KeepAliveTest {
  private static final String SPEC = "{\"spec\": \"SplitInference-v0\"}";

  @Test
  void aBodyThatNobodyAskedForAndThatComesLateDoesNotEndTheConnection() throws Exception {
    try (GymServer server = TestServers.start();
        Socket socket = new Socket("127.0.0.1", server.port())) {
      socket.setSoTimeout(20_000);
      String made = new TestClient(server).create(SPEC);
      for (int i = 0; i < 3; i++) {
        send(
            socket,
            "POST "
                + made
                + "/clone HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                + "Content-Length: 2\r\n\r\n");
        // as clients do that send header and body apart
        Thread.sleep(50);
        send(socket, "{}");
        assertThat(answer(socket)).startsWith("HTTP/1.1 201");
      }
    }
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(US_ASCII));
    socket.getOutputStream().flush();
  }

  /** The header of an answer, whose body is read as well. */
  private static String answer(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    StringBuilder header = new StringBuilder();
    while (header.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      assertThat(next).as("hung up after: %s", header).isNotNegative();
      header.append((char) next);
    }
    String length = header.toString().split("(?i)content-length: ")[1].split("\r\n")[0];
    assertThat(in.readNBytes(Integer.parseInt(length))).hasSize(Integer.parseInt(length));
    return header.toString();
  }
}
