package io.splitgym.cli.load;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** What a socket says, read through a buffer that a large answer needn't go through. */
final class Input {
  private static final int BUFFER = 1 << 16;

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER];
  private int at;
  private int end;

  Input(InputStream in) {
    this.in = in;
  }

  /** Whether something can be read without waiting. */
  boolean isReady() {
    return at < end;
  }

  int read() throws IOException {
    if (at == end) {
      fill();
    }
    return buffer[at++] & 0xff;
  }

  /** Reads so many bytes, to the beginning of {@code into}. */
  void read(byte[] into, int count) throws IOException {
    int read = Math.min(count, end - at);
    System.arraycopy(buffer, at, into, 0, read);
    at += read;
    while (read < count) {
      int more = in.read(into, read, count - read);
      if (more < 0) {
        throw new EOFException("the server closed the connection");
      }
      read += more;
    }
  }

  private void fill() throws IOException {
    end = in.read(buffer);
    at = 0;
    if (end <= 0) {
      end = 0;
      throw new EOFException("the server closed the connection");
    }
  }
}
