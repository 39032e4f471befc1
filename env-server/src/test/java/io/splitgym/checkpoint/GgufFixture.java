package io.splitgym.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes GGUF bytes, sound or not. */
final class GgufFixture {
  private final ByteBuffer bytes = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);

  static GgufFixture version(int version, long tensors, long metadata) {
    return new GgufFixture().int32(0x46554747).int32(version).int64(tensors).int64(metadata);
  }

  GgufFixture int32(int value) {
    bytes.putInt(value);
    return this;
  }

  GgufFixture int64(long value) {
    bytes.putLong(value);
    return this;
  }

  GgufFixture text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    bytes.putLong(utf8.length).put(utf8);
    return this;
  }

  GgufFixture raw(byte... values) {
    bytes.put(values);
    return this;
  }

  GgufFixture tensor(String name, int type, long offset, long... innermostFirst) {
    text(name).int32(innermostFirst.length);
    for (long length : innermostFirst) {
      int64(length);
    }
    return int32(type).int64(offset);
  }

  GgufFixture align() {
    while (bytes.position() % 32 != 0) {
      bytes.put((byte) 0);
    }
    return this;
  }

  byte[] array() {
    return java.util.Arrays.copyOf(bytes.array(), bytes.position());
  }

  Path write(Path folder) throws IOException {
    return Files.write(folder.resolve("fixture.gguf"), array());
  }
}
