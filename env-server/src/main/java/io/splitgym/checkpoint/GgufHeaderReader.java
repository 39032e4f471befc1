package io.splitgym.checkpoint;

import io.splitgym.checkpoint.MappedValues.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a GGUF header from its first byte to its last; trusts nothing that the file says. What it
 * allocates is at most the file's size and some ten megabytes: lists stay in the file, and keys,
 * names, texts and their numbers are bounded, far above what any model has.
 */
final class GgufHeaderReader {
  private static final int MAGIC = 0x46554747; // "GGUF"
  private static final int MOST_DIMENSIONS = 4;
  private static final int MOST_METADATA = 4_096;
  private static final int MOST_TENSORS = 65_536;
  private static final int LONGEST_NAME = 1_024;
  private static final int LONGEST_TEXT = Integer.MAX_VALUE - 8;
  private static final int LEAST_TENSOR_INFO = 8 + 4 + 8 + 4 + 8;
  private static final int LEAST_METADATA = 8 + 4 + 1;
  private static final int MOST_TEXTS = 1 << 23;
  private static final String ALIGNMENT = "general.alignment";
  private static final long DEFAULT_ALIGNMENT = 32;
  private static final long LEAST_ALIGNMENT = 8;
  private static final long MOST_ALIGNMENT = 1 << 20;

  private final Path file;
  private final MappedBytes bytes;
  private long at;
  private int texts;

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
    long tensorCount = count("tensor count", LEAST_TENSOR_INFO, MOST_TENSORS);
    long metadataCount = count("metadata count", LEAST_METADATA, MOST_METADATA);
    Map<String, Object> metadata = new LinkedHashMap<>();
    for (long i = 0; i < metadataCount; i++) {
      String key = name("metadata key " + i);
      if (metadata.put(key, value(key)) != null) {
        throw malformed("metadata " + key + " stands there twice");
      }
    }
    List<MappedTensor> relative = new ArrayList<>();
    for (long i = 0; i < tensorCount; i++) {
      relative.add(tensor(i));
    }
    return new GgufFile(file, metadata, placed(relative, alignment(metadata)));
  }

  private MappedTensor tensor(long number) throws MalformedCheckpointException {
    String name = name("name of tensor " + number);
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
    TensorType type = type(name, int32("type of " + name));
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
    return new MappedTensor(name, type, shape, bytes, int64("offset of " + name));
  }

  private TensorType type(String tensor, int code) throws MalformedCheckpointException {
    for (TensorType type : TensorType.values()) {
      if (type.code() == code) {
        return type;
      }
    }
    throw malformed(
        "type of tensor "
            + tensor
            + " is "
            + code
            + ", must be the number of one of "
            + List.of(TensorType.values()));
  }

  private Map<String, MappedTensor> placed(List<MappedTensor> relative, long alignment)
      throws MalformedCheckpointException {
    long data = (at + alignment - 1) / alignment * alignment;
    Map<String, MappedTensor> tensors = new LinkedHashMap<>();
    for (MappedTensor tensor : relative) {
      long offset = tensor.offset();
      if (offset < 0
          || offset % alignment != 0
          || offset > bytes.size()
          || tensor.storedBytes() > bytes.size() - data - offset) {
        throw malformed(
            "tensor "
                + tensor.name()
                + " is at offset "
                + offset
                + " with "
                + tensor.storedBytes()
                + " bytes, must be a multiple of "
                + alignment
                + " and end within the file's "
                + bytes.size()
                + " bytes");
      }
      MappedTensor placed =
          new MappedTensor(tensor.name(), tensor.type(), tensor.shape(), bytes, data + offset);
      if (tensors.put(tensor.name(), placed) != null) {
        throw malformed("tensor " + tensor.name() + " stands there twice");
      }
    }
    requireNoOverlap(tensors);
    return tensors;
  }

  private void requireNoOverlap(Map<String, MappedTensor> tensors)
      throws MalformedCheckpointException {
    List<MappedTensor> ordered = new ArrayList<>(tensors.values());
    ordered.sort(Comparator.comparingLong(MappedTensor::offset));
    for (int i = 1; i < ordered.size(); i++) {
      MappedTensor before = ordered.get(i - 1);
      if (before.offset() + before.storedBytes() > ordered.get(i).offset()) {
        throw malformed("tensors " + before.name() + " and " + ordered.get(i).name() + " overlap");
      }
    }
  }

  private long alignment(Map<String, Object> metadata) throws MalformedCheckpointException {
    Metadata general = new Metadata(file.toString(), key -> key, metadata);
    long alignment = general.findWhole(ALIGNMENT).orElse(DEFAULT_ALIGNMENT);
    // the format asks for a multiple of 8, ggml's own reader for a power of two
    if (alignment < LEAST_ALIGNMENT
        || alignment > MOST_ALIGNMENT
        || Long.bitCount(alignment) != 1) {
      throw general.wrong(
          ALIGNMENT,
          alignment,
          "a power of two in [" + LEAST_ALIGNMENT + ", " + MOST_ALIGNMENT + "]");
    }
    return alignment;
  }

  private Object value(String key) throws MalformedCheckpointException {
    int type = int32("type of " + key);
    if (type == 9) {
      return array(key);
    }
    Kind kind =
        Kind.ofCode(type)
            .orElseThrow(
                () -> malformed("metadata " + key + " has type " + type + ", must be in [0, 12]"));
    if (kind == Kind.TEXT) {
      return text(key, LONGEST_TEXT);
    }
    return kind.read(bytes, advance(key, kind.leastBytes()));
  }

  private List<Object> array(String key) throws MalformedCheckpointException {
    int type = int32("element type of " + key);
    Kind kind =
        Kind.ofCode(type)
            .orElseThrow(
                () ->
                    malformed(
                        "metadata "
                            + key
                            + " is an array of type "
                            + type
                            + ", must be a plain type"));
    int most = kind == Kind.TEXT ? MOST_TEXTS - texts : LONGEST_TEXT;
    int length = (int) count("length of " + key, kind.leastBytes(), most);
    if (kind != Kind.TEXT) {
      List<Object> numbers = MappedValues.numbers(bytes, kind, at, length);
      at += (long) length * kind.leastBytes();
      return numbers;
    }
    texts += length;
    long[] starts = new long[length];
    for (int i = 0; i < length; i++) {
      // Looked at without making anything for each: there may be millions.
      long room = bytes.size() - at - Long.BYTES;
      long bytesOfText = room < 0 ? -1 : bytes.int64(at);
      if (bytesOfText < 0 || bytesOfText > Math.min(room, LONGEST_TEXT)) {
        throw malformed(
            "text "
                + i
                + " of "
                + key
                + " has length "
                + bytesOfText
                + ", but "
                + room
                + " bytes follow");
      }
      starts[i] = at + Long.BYTES;
      at = starts[i] + bytesOfText;
    }
    return MappedValues.texts(bytes, starts);
  }

  /** A count of things that take at least so many bytes each, so that no count can be a bomb. */
  private long count(String what, int leastBytes, int limit) throws MalformedCheckpointException {
    long count = int64(what);
    long most = (bytes.size() - at) / leastBytes;
    if (count < 0 || count > most) {
      throw malformed(
          what
              + " is "
              + Long.toUnsignedString(count)
              + ", but the rest of the file holds "
              + most
              + " at the most");
    }
    if (count > limit) {
      throw malformed(what + " is " + count + ", must be at most " + limit);
    }
    return count;
  }

  private String name(String what) throws MalformedCheckpointException {
    MappedValues.Text text = text(what, LONGEST_NAME);
    return new String(bytes.copy(text.at(), text.length()), StandardCharsets.UTF_8);
  }

  private MappedValues.Text text(String what, int longest) throws MalformedCheckpointException {
    int length = (int) count("length of " + what, 1, longest);
    MappedValues.Text text = new MappedValues.Text(bytes, at, length);
    at += length;
    return text;
  }

  private int int32(String what) throws MalformedCheckpointException {
    return bytes.int32(advance(what, Integer.BYTES));
  }

  private long int64(String what) throws MalformedCheckpointException {
    return bytes.int64(advance(what, Long.BYTES));
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
