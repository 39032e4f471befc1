package io.splitgym.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A sound GGUF file, some of whose metadata is changed. */
public final class EditedGguf {
  private static final int ALIGNMENT = 32;
  private static final int TEXT = 8;
  private static final int LIST = 9;

  private final Map<String, byte[]> metadata = new LinkedHashMap<>();
  private final long tensorCount;
  private final byte[] tensors;
  private final byte[] data;

  private EditedGguf(ByteBuffer file) {
    file.position(8);
    tensorCount = file.getLong();
    long count = file.getLong();
    for (long i = 0; i < count; i++) {
      String key = text(file);
      int from = file.position();
      skip(file, file.getInt());
      metadata.put(key, Arrays.copyOfRange(file.array(), from, file.position()));
    }
    int from = file.position();
    for (long i = 0; i < tensorCount; i++) {
      text(file);
      int dimensions = file.getInt();
      file.position(file.position() + 8 * dimensions + 12);
    }
    tensors = Arrays.copyOfRange(file.array(), from, file.position());
    int start = (file.position() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    data = Arrays.copyOfRange(file.array(), start, file.capacity());
  }

  public static EditedGguf of(Path file) throws IOException {
    return new EditedGguf(ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN));
  }

  /** As text, uint32, float32, truth value or list of texts. */
  public EditedGguf with(String key, Object value) {
    ByteBuffer bytes = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
    if (value instanceof String text) {
      put(bytes.putInt(TEXT), text);
    } else if (value instanceof Integer number) {
      bytes.putInt(4).putInt(number);
    } else if (value instanceof Float number) {
      bytes.putInt(6).putFloat(number);
    } else if (value instanceof Boolean flag) {
      bytes.putInt(7).put((byte) (flag ? 1 : 0));
    } else {
      List<?> texts = (List<?>) value;
      bytes.putInt(LIST).putInt(TEXT).putLong(texts.size());
      texts.forEach(text -> put(bytes, (String) text));
    }
    metadata.put(key, Arrays.copyOf(bytes.array(), bytes.position()));
    return this;
  }

  public EditedGguf without(String key) {
    metadata.remove(key);
    return this;
  }

  /**
   * The last so many bytes of the tensors' numbers become float32's NaN; read as bfloat16, every
   * other number is NaN.
   */
  public EditedGguf endingInNaN(int bytes) {
    for (int at = data.length - bytes; at < data.length; at += Float.BYTES) {
      ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).putFloat(at, Float.NaN);
    }
    return this;
  }

  public Path write(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(1 << 22).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put("GGUF".getBytes(StandardCharsets.US_ASCII)).putInt(3);
    bytes.putLong(tensorCount).putLong(metadata.size());
    metadata.forEach(
        (key, value) -> {
          put(bytes, key);
          bytes.put(value);
        });
    bytes.put(tensors);
    bytes.position((bytes.position() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    bytes.put(data);
    return Files.write(file, Arrays.copyOf(bytes.array(), bytes.position()));
  }

  private static void put(ByteBuffer bytes, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    bytes.putLong(utf8.length).put(utf8);
  }

  private static String text(ByteBuffer file) {
    byte[] utf8 = new byte[(int) file.getLong()];
    file.get(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private static void skip(ByteBuffer file, int type) {
    if (type == TEXT) {
      text(file);
    } else if (type == LIST) {
      int element = file.getInt();
      long length = file.getLong();
      for (long i = 0; i < length; i++) {
        skip(file, element);
      }
    } else {
      int size = MappedValues.Kind.ofCode(type).orElseThrow().leastBytes();
      file.position(file.position() + size);
    }
  }
}
