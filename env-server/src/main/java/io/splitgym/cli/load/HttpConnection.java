package io.splitgym.cli.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * One connection of HTTP/1.1 that is kept: a request is one write, an answer is read to its end and
 * no further looked at. The platform's client would take longer than the server does.
 */
public final class HttpConnection implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LENGTH = "content-length:";
  private static final int PATIENCE_MILLISECONDS = 60_000;
  private static final int OK = 200;
  private static final int MULTIPLE_CHOICES = 300;
  private static final int LONGEST_LINE = 8_192;

  private final Socket socket;
  private final Input in;
  private final OutputStream out;
  private final String host;
  private final byte[] line = new byte[LONGEST_LINE];
  private byte[] body = new byte[1 << 12];
  private int length;

  /** Opens one to the server at that address. */
  public HttpConnection(URI server) throws IOException {
    socket = new Socket(server.getHost(), server.getPort());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(PATIENCE_MILLISECONDS);
    in = new Input(socket.getInputStream());
    out = socket.getOutputStream();
    host = server.getAuthority();
  }

  /** The bytes of a POST of JSON. */
  public byte[] post(String path, String json) {
    byte[] content = json.getBytes(StandardCharsets.UTF_8);
    String head =
        "POST "
            + path
            + " HTTP/1.1\r\nHost: "
            + host
            + "\r\nContent-Type: application/json\r\nContent-Length: "
            + content.length
            + "\r\n\r\n";
    return (head + json).getBytes(StandardCharsets.UTF_8);
  }

  /** Deletes what is there. */
  void delete(String path) throws IOException {
    String head = "DELETE " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
    ask(head.getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * Sends a request and waits for the whole answer.
   *
   * @throws IOException if it is a refusal, too
   */
  public void ask(byte[] request) throws IOException {
    out.write(request);
    int status = status(readLine());
    length = 0;
    for (int end = readLine(); end > 0; end = readLine()) {
      if (end > LENGTH.length() && startsWithLength()) {
        String text =
            new String(line, LENGTH.length(), end - LENGTH.length(), StandardCharsets.US_ASCII);
        length = Integer.parseInt(text.strip());
      }
    }
    if (body.length < length) {
      body = new byte[length];
    }
    in.read(body, length);
    if (status < OK || status >= MULTIPLE_CHOICES) {
      throw new IOException(
          "the server answered "
              + status
              + ": "
              + new String(body, 0, length, StandardCharsets.UTF_8));
    }
  }

  /** The same, for those who want to know what the answer is. */
  public JsonNode call(String path, String json) throws IOException {
    ask(post(path, json));
    return JSON.readTree(body, 0, length);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private int readLine() throws IOException {
    int end = 0;
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (end == line.length) {
        throw new IOException("the server sent a line without an end");
      }
      line[end++] = (byte) next;
    }
    return end > 0 && line[end - 1] == '\r' ? end - 1 : end;
  }

  private int status(int end) throws IOException {
    String[] words = new String(line, 0, end, StandardCharsets.US_ASCII).split(" ", 3);
    if (words.length < 2) {
      throw new IOException("the server doesn't speak HTTP");
    }
    return Integer.parseInt(words[1]);
  }

  private boolean startsWithLength() {
    for (int i = 0; i < LENGTH.length(); i++) {
      if (Character.toLowerCase(line[i]) != LENGTH.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
