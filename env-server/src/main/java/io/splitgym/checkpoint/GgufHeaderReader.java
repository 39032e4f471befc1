package io.splitgym.checkpoint;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a GGUF header from its first byte to its last; trusts nothing that the file says. */
final class GgufHeaderReader {
  private static final int MAGIC = 0x46554747; // "GGUF"
  private static final int MOST_DIMENSIONS = 4;
  private static final int LEAST_TENSOR_INFO = 8 + 4 + 8 + 4 + 8;
  private static final int LEAST_METADATA = 8 + 4 + 1;
  private static final long DEFAULT_ALIGNMENT = 32;
  private static final long MOST_ALIGNMENT = 1 << 20;

  private final Path file;
  private final MappedBytes bytes;
  private long at;

  GgufHeaderReader(Path file, MappedBytes bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  GgufFile read() throws MalformedCheckpointException {
    if (bytes.size() < 24 || int32("magic") != MAGIC) {
      throw malformed("not a GGUF file: it doesn't begin with GGUF and a header");
    }
    int version = int32("version");
    if (version != 2 && version != 3) {
      throw malformed("GGUF version is " + version + ", must be 2 or 3");
    }
    long tensorCount = count("tensor count", LEAST_TENSOR_INFO);
    long metadataCount = count("metadata count", LEAST_METADATA);
    Map<String, Object> metadata = new LinkedHashMap<>();
    for (long i = 0; i < metadataCount; i++) {
      String key = string("metadata key " + i);
      if (metadata.put(key, value(key, int32("type of " + key))) != null) {
        throw malformed("metadata " + key + " stands there twice");
      }
    }
    List<GgufTensor> relative = new ArrayList<>();
    for (long i = 0; i < tensorCount; i++) {
      relative.add(tensor(i));
    }
    return new GgufFile(file, bytes, metadata, placed(relative, alignment(metadata)));
  }

  private GgufTensor tensor(long number) throws MalformedCheckpointException {
    String name = string("name of tensor " + number);
    int dimensions = int32("dimensions of " + name);
    if (dimensions < 1 || dimensions > MOST_DIMENSIONS) {
      throw malformed("tensor " + name + " has " + dimensions + " dimensions, must be in [1, 4]");
    }
    List<Integer> shape = new ArrayList<>();
    long elements = 1;
    for (int d = 0; d < dimensions; d++) {
      long length = int64("a dimension of " + name);
      if (length < 1 || length > Integer.MAX_VALUE) {
        throw malformed(
            "tensor " + name + " has a dimension of " + length + ", must be in [1, 2^31 - 1]");
      }
      if (elements > Long.MAX_VALUE / 64 / length) {
        throw malformed("tensor " + name + " has more elements than a file can hold");
      }
      elements *= length;
      shape.add(0, (int) length);
    }
    GgufType type;
    try {
      type = GgufType.ofCode(name, int32("type of " + name));
    } catch (IllegalArgumentException e) {
      throw malformed(String.valueOf(e.getMessage()));
    }
    int row = shape.get(shape.size() - 1);
    if (row % type.blockElements() != 0) {
      throw malformed(
          "tensor "
              + name
              + " has rows of "
              + row
              + ", must be a multiple of "
              + type.blockElements()
              + " for "
              + type);
    }
    return new GgufTensor(name, type, shape, int64("offset of " + name));
  }

  private Map<String, GgufTensor> placed(List<GgufTensor> relative, long alignment)
      throws MalformedCheckpointException {
    long data = (at + alignment - 1) / alignment * alignment;
    Map<String, GgufTensor> tensors = new LinkedHashMap<>();
    for (GgufTensor tensor : relative) {
      long offset = tensor.offset();
      if (offset < 0
          || offset % alignment != 0
          || offset > bytes.size()
          || tensor.bytes() > bytes.size() - data - offset) {
        throw malformed(
            "tensor "
                + tensor.name()
                + " is at offset "
                + offset
                + " with "
                + tensor.bytes()
                + " bytes, must be a multiple of "
                + alignment
                + " and end within the file's "
                + bytes.size()
                + " bytes");
      }
      GgufTensor placed =
          new GgufTensor(tensor.name(), tensor.type(), tensor.shape(), data + offset);
      if (tensors.put(tensor.name(), placed) != null) {
        throw malformed("tensor " + tensor.name() + " stands there twice");
      }
    }
    return tensors;
  }

  private long alignment(Map<String, Object> metadata) throws MalformedCheckpointException {
    Object value = metadata.getOrDefault("general.alignment", DEFAULT_ALIGNMENT);
    if (!(value instanceof Long alignment && alignment >= 1 && alignment <= MOST_ALIGNMENT)) {
      throw malformed("general.alignment is " + value + ", must be in [1, " + MOST_ALIGNMENT + "]");
    }
    return alignment;
  }

  private Object value(String key, int type) throws MalformedCheckpointException {
    return switch (type) {
      case 0 -> (long) int8(key) & 0xFF;
      case 1 -> (long) int8(key);
      case 2 -> (long) int16(key);
      case 3 -> (long) (short) int16(key);
      case 4 -> int32(key) & 0xFFFFFFFFL;
      case 5 -> (long) int32(key);
      case 6 -> (double) Float.intBitsToFloat(int32(key));
      case 7 -> int8(key) != 0;
      case 8 -> string(key);
      case 9 -> array(key);
      case 10, 11 -> int64(key);
      case 12 -> Double.longBitsToDouble(int64(key));
      default -> throw malformed("metadata " + key + " has type " + type + ", must be in [0, 12]");
    };
  }

  private List<Object> array(String key) throws MalformedCheckpointException {
    int type = int32("element type of " + key);
    int least =
        switch (type) {
          case 0, 1, 7 -> 1;
          case 2, 3 -> 2;
          case 4, 5, 6 -> 4;
          case 8, 10, 11, 12 -> 8;
          default ->
              throw malformed(
                  "metadata " + key + " is an array of type " + type + ", must be a plain type");
        };
    long length = count("length of " + key, least);
    List<Object> values = new ArrayList<>((int) length);
    for (long i = 0; i < length; i++) {
      values.add(value(key, type));
    }
    return values;
  }

  /** A count of things that take at least so many bytes each, so that no count can be a bomb. */
  private long count(String what, int leastBytes) throws MalformedCheckpointException {
    long count = int64(what);
    long most = Math.min((bytes.size() - at) / leastBytes, Integer.MAX_VALUE - 8);
    if (count < 0 || count > most) {
      throw malformed(
          what
              + " is "
              + Long.toUnsignedString(count)
              + ", but the rest of the file holds "
              + most
              + " at the most");
    }
    return count;
  }

  private String string(String what) throws MalformedCheckpointException {
    long length = count("length of " + what, 1);
    String text = new String(bytes.copy(at, (int) length), StandardCharsets.UTF_8);
    at += length;
    return text;
  }

  private byte int8(String what) throws MalformedCheckpointException {
    return bytes.int8(advance(what, 1));
  }

  private int int16(String what) throws MalformedCheckpointException {
    return bytes.int16(advance(what, 2));
  }

  private int int32(String what) throws MalformedCheckpointException {
    return bytes.int32(advance(what, 4));
  }

  private long int64(String what) throws MalformedCheckpointException {
    return bytes.int64(advance(what, 8));
  }

  private long advance(String what, int length) throws MalformedCheckpointException {
    if (at > bytes.size() - length) {
      throw malformed("the file ends within " + what);
    }
    long here = at;
    at += length;
    return here;
  }

  private MalformedCheckpointException malformed(String what) {
    return new MalformedCheckpointException(file + ": " + what);
  }
}
