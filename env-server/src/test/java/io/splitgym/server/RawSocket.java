package io.splitgym.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A WebSocket made by hand: it can do what well-behaved ones don't. */
final class RawSocket implements AutoCloseable {
  static final int CONTINUATION = 0;
  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectMapper CBOR = new CBORMapper();

  private final Socket socket;
  private final DataInputStream in;
  private final String status;

  /**
   * Asks for a WebSocket.
   *
   * @param headers lines that end in CR LF
   */
  RawSocket(GymServer server, String headers) {
    this(server.address(), headers);
  }

  RawSocket(URI server, String headers) {
    try {
      socket = new Socket(server.getHost(), server.getPort());
      socket.setSoTimeout(20_000);
      socket.setTcpNoDelay(true);
      in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
      String host = headers.contains("Host:") ? "" : "Host: localhost:" + server.getPort() + "\r\n";
      socket
          .getOutputStream()
          .write(
              ("GET /v1/ws HTTP/1.1\r\n"
                      + host
                      + "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                      + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                      + "Sec-WebSocket-Version: 13\r\n"
                      + headers
                      + "\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      status = line();
      String line = line();
      while (!line.isEmpty()) {
        if (line.startsWith("Sec-WebSocket-Extensions")) {
          throw new AssertionError(line);
        }
        line = line();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  RawSocket(GymServer server) {
    this(server, "");
  }

  String status() {
    return status;
  }

  /** Sends a message and reads its answer. */
  JsonNode ask(String json) {
    send(TEXT, true, json.getBytes(StandardCharsets.UTF_8));
    return answer();
  }

  /** Sends a JSON text as CBOR and reads its answer, which is CBOR too. */
  JsonNode askCbor(String json) {
    try {
      send(BINARY, true, CBOR.writeValueAsBytes(JSON.readTree(json)));
      Frame frame = frame();
      if (frame.opCode() != BINARY) {
        throw new AssertionError(frame.toString());
      }
      return CBOR.readTree(frame.payload());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void tell(String json) {
    send(TEXT, true, json.getBytes(StandardCharsets.UTF_8));
  }

  JsonNode answer() {
    try {
      Frame frame = frame();
      if (frame.opCode() != TEXT) {
        throw new AssertionError(frame.toString());
      }
      return JSON.readTree(frame.payload());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends one frame, masked as a client's must be. */
  void send(int opCode, boolean last, byte[] payload) {
    ByteBuffer frame = ByteBuffer.allocate(payload.length + 14);
    frame.put((byte) ((last ? 0x80 : 0) | opCode));
    if (payload.length < 126) {
      frame.put((byte) (0x80 | payload.length));
    } else if (payload.length < 65_536) {
      frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
    } else {
      frame.put((byte) (0x80 | 127)).putLong(payload.length);
    }
    byte[] mask = {1, 2, 3, 4};
    frame.put(mask);
    for (int i = 0; i < payload.length; i++) {
      frame.put((byte) (payload[i] ^ mask[i % 4]));
    }
    sendBytes(Arrays.copyOf(frame.array(), frame.position()));
  }

  void sendBytes(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next frame; those that the server sent to see whether anyone is there are answered. */
  Frame frame() {
    while (true) {
      Frame frame = anyFrame();
      if (frame.opCode() != PING) {
        return frame;
      }
      send(PONG, true, frame.payload());
    }
  }

  Frame anyFrame() {
    try {
      int first = in.readUnsignedByte();
      long length = in.readUnsignedByte();
      if (length == 126) {
        length = in.readUnsignedShort();
      } else if (length == 127) {
        length = in.readLong();
      }
      byte[] payload = new byte[(int) length];
      in.readFully(payload);
      return new Frame(first & 0xf, payload);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether the other end has gone without a word more. */
  boolean isCut() {
    try {
      return in.read() < 0;
    } catch (IOException e) {
      return true;
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  record Frame(int opCode, byte[] payload) {
    int closeCode() {
      if (opCode != CLOSE) {
        throw new AssertionError(toString());
      }
      return ByteBuffer.wrap(payload).getShort();
    }

    String closeReason() {
      return new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
      return opCode + " " + new String(payload, StandardCharsets.UTF_8);
    }
  }
}
