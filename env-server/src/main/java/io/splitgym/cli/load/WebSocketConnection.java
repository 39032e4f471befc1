package io.splitgym.cli.load;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One WebSocket (RFC 6455). Frames are made once and sent many times, under a mask of zeros, which
 * is as good as another where nobody is to be protected from it; answers are read to their end.
 */
public final class WebSocketConnection implements AutoCloseable {
  private static final int PATIENCE_MILLISECONDS = 60_000;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final int LAST = 0x80;
  private static final int MASKED = 0x80;
  private static final int MASK_BYTES = 4;
  private static final int SHORT_LENGTH = 126;
  private static final int LONG_LENGTH = 127;

  /** How far into an answer its kind is looked for. */
  private static final int HEAD = 64;

  private static final byte[] PROBLEM = "problem".getBytes(StandardCharsets.US_ASCII);

  private final Socket socket;
  private final Input in;
  private final OutputStream out;
  private byte[] answer = new byte[1 << 12];
  private int length;
  private final ByteBuffer unsent = ByteBuffer.allocate(1 << 16);

  /** Opens one to the server at that address. */
  public WebSocketConnection(URI server) throws IOException {
    socket = new Socket(server.getHost(), server.getPort());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(PATIENCE_MILLISECONDS);
    in = new Input(socket.getInputStream());
    out = socket.getOutputStream();
    String head =
        "GET /v1/ws HTTP/1.1\r\nHost: "
            + server.getAuthority()
            + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    out.write(head.getBytes(StandardCharsets.US_ASCII));
    StringBuilder line = new StringBuilder();
    String status = "";
    do {
      line.setLength(0);
      for (int next = in.read(); next != '\n'; next = in.read()) {
        line.append((char) next);
      }
      status = status.isEmpty() ? line.toString() : status;
    } while (line.length() > 1);
    if (!status.startsWith("HTTP/1.1 101")) {
      throw new IOException("the server opens no WebSocket: " + status.strip());
    }
  }

  /** The frame of a text. */
  public static byte[] frame(String message) {
    return frame(TEXT, message.getBytes(StandardCharsets.UTF_8));
  }

  /** The frame of bytes. */
  public static byte[] frame(byte[] message) {
    return frame(BINARY, message);
  }

  private static byte[] frame(int opCode, byte[] message) {
    ByteBuffer frame = ByteBuffer.allocate(message.length + 2 + Long.BYTES + MASK_BYTES);
    frame.put((byte) (LAST | opCode));
    if (message.length < SHORT_LENGTH) {
      frame.put((byte) (MASKED | message.length));
    } else if (message.length < 1 << Short.SIZE) {
      frame.put((byte) (MASKED | SHORT_LENGTH)).putShort((short) message.length);
    } else {
      frame.put((byte) (MASKED | LONG_LENGTH)).putLong(message.length);
    }
    frame.putInt(0).put(message);
    return Arrays.copyOf(frame.array(), frame.position());
  }

  /** Sends a frame, with what was put off. */
  public void send(byte[] frame) throws IOException {
    flush();
    out.write(frame);
  }

  /** Sends a frame not before the next answer has to be waited for. */
  void sendLater(byte[] frame) throws IOException {
    if (frame.length > unsent.remaining()) {
      flush();
    }
    if (frame.length > unsent.remaining()) {
      out.write(frame);
    } else {
      unsent.put(frame);
    }
  }

  /**
   * Waits for the next answer, and reads it.
   *
   * @return how many bytes it has
   * @throws IOException if it is a problem, too
   */
  public int receive() throws IOException {
    while (true) {
      if (!in.isReady()) {
        flush();
      }
      int first = in.read();
      length = length(in.read());
      if (answer.length < length) {
        answer = new byte[length];
      }
      in.read(answer, length);
      int opCode = first & 0xf;
      if (opCode == PING) {
        send(frame(PONG, Arrays.copyOf(answer, length)));
      } else if (opCode == TEXT || opCode == BINARY) {
        requireResult();
        return length;
      } else if (opCode != PONG) {
        throw new IOException("the server closed the WebSocket");
      }
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private void flush() throws IOException {
    if (unsent.position() > 0) {
      out.write(unsent.array(), 0, unsent.position());
      unsent.clear();
    }
  }

  private int length(int stated) throws IOException {
    int bytes = stated == SHORT_LENGTH ? Short.BYTES : stated == LONG_LENGTH ? Long.BYTES : 0;
    long value = bytes == 0 ? stated : 0;
    for (int i = 0; i < bytes; i++) {
      value = value << Byte.SIZE | in.read();
    }
    return Math.toIntExact(value);
  }

  private void requireResult() throws IOException {
    int last = Math.min(length, HEAD) - PROBLEM.length;
    for (int i = 0; i <= last; i++) {
      if (Arrays.equals(answer, i, i + PROBLEM.length, PROBLEM, 0, PROBLEM.length)) {
        throw new IOException(
            "the server answered " + new String(answer, 0, length, StandardCharsets.UTF_8));
      }
    }
  }
}
