package io.splitgym.durability;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/** Commands in their order, kept in as little memory as they need. */
public final class Commands {
  private static final int MOST_LENGTH_BYTES = 5;

  private byte[] bytes;
  private int size;

  private Commands(byte[] bytes) {
    this.bytes = bytes;
    this.size = bytes.length;
  }

  /** None yet. */
  public static Commands none() {
    return new Commands(new byte[0]);
  }

  /** What {@link #bytes} gave. */
  static Commands of(byte[] bytes) {
    return new Commands(bytes);
  }

  void add(byte[] command) {
    int needed = size + MOST_LENGTH_BYTES + command.length;
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(needed, 2 * bytes.length));
    }
    ByteBuffer into = ByteBuffer.wrap(bytes, size, bytes.length - size);
    Numbers.write(into, command.length);
    into.put(command);
    size = into.position();
  }

  void clear() {
    bytes = new byte[0];
    size = 0;
  }

  byte[] bytes() {
    return Arrays.copyOf(bytes, size);
  }

  /** One after the other. */
  public void forEach(Consumer<byte[]> consumer) {
    ByteBuffer from = ByteBuffer.wrap(bytes, 0, size);
    while (from.hasRemaining()) {
      byte[] command = new byte[(int) Numbers.read(from)];
      from.get(command);
      consumer.accept(command);
    }
  }
}
