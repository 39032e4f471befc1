package io.splitgym.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A safetensors file of any size, memory-mapped: eight bytes with the header's length; the header,
 * a JSON object of types, shapes and offsets; the tensors, without gaps. The header is read as a
 * stream, with bounded names, so that it can be no bomb.
 */
final class SafetensorsShard {
  private static final String METADATA = "__metadata__";
  // the format's own limit
  private static final int LONGEST_HEADER = 100_000_000;
  private static final int MOST_TENSORS = 65_536;
  private static final int LONGEST_NAME = 1_024;
  private static final int MOST_DIMENSIONS = 8;
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(16)
                  .maxNameLength(LONGEST_NAME)
                  .maxStringLength(LONGEST_NAME)
                  .maxNumberLength(32)
                  .build())
          .build();

  private final Path file;
  private final MappedBytes bytes;
  private final long data;
  private final Map<String, Entry> entries;

  private SafetensorsShard(Path file, MappedBytes bytes, long data, Map<String, Entry> entries) {
    this.file = file;
    this.bytes = bytes;
    this.data = data;
    this.entries = entries;
  }

  /** The types of the format and how many bytes each takes. */
  private enum Dtype {
    BOOL(1),
    U8(1),
    I8(1),
    F8_E4M3(1),
    F8_E5M2(1),
    F8_E8M0(1),
    I16(2),
    U16(2),
    F16(2),
    BF16(2),
    I32(4),
    U32(4),
    F32(4),
    I64(8),
    U64(8),
    F64(8),
    C64(8);

    private final int bytes;

    Dtype(int bytes) {
      this.bytes = bytes;
    }

    Optional<TensorType> readable() {
      return switch (this) {
        case F32 -> Optional.of(TensorType.F32);
        case F16 -> Optional.of(TensorType.F16);
        case BF16 -> Optional.of(TensorType.BF16);
        default -> Optional.empty();
      };
    }
  }

  private record Entry(String name, Dtype dtype, List<Integer> shape, long begin, long end) {}

  /**
   * Maps a file and reads its header.
   *
   * @throws MalformedCheckpointException naming what is wrong: lengths, offsets, gaps, overlaps,
   *     shapes or types
   * @throws IOException if it can't be read
   */
  static SafetensorsShard open(Path file) throws IOException {
    MappedBytes bytes = MappedBytes.of(file);
    if (bytes.size() < Long.BYTES) {
      throw malformed(file, "a safetensors file has at least 8 bytes, this one " + bytes.size());
    }
    long length = bytes.int64(0);
    long rest = bytes.size() - Long.BYTES;
    if (length < 2 || length > Math.min(LONGEST_HEADER, rest)) {
      throw malformed(
          file,
          "header length is "
              + Long.toUnsignedString(length)
              + ", must be in [2, "
              + Math.min(LONGEST_HEADER, rest)
              + "], as "
              + rest
              + " bytes follow");
    }
    long data = Long.BYTES + length;
    SafetensorsShard shard = new SafetensorsShard(file, bytes, data, new LinkedHashMap<>());
    try (JsonParser header = JSON.createParser(bytes.stream(Long.BYTES, length))) {
      shard.read(header);
    } catch (MalformedCheckpointException e) {
      throw e;
    } catch (JsonProcessingException e) {
      throw malformed(file, "the header is not JSON as it must be: " + e.getOriginalMessage());
    } catch (IOException e) {
      // The bytes are in memory, so it is their encoding that is wrong.
      throw malformed(file, "the header is not text: " + e.getMessage());
    }
    shard.requireNoGaps();
    return shard;
  }

  /** Whether there is a tensor of this name, readable or not. */
  boolean contains(String name) {
    return entries.containsKey(name);
  }

  /** The names of all tensors. */
  Iterable<String> names() {
    return entries.keySet();
  }

  /**
   * A tensor that is there.
   *
   * @throws MalformedCheckpointException if its type is none that is read here
   */
  MappedTensor tensor(String name) throws MalformedCheckpointException {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw malformed(file, "tensor " + name + " is missing");
    }
    TensorType type =
        entry
            .dtype()
            .readable()
            .orElseThrow(
                () ->
                    malformed(
                        file,
                        "tensor "
                            + name
                            + " has type "
                            + entry.dtype()
                            + ", must be F32, F16 or BF16"));
    return new MappedTensor(name, type, entry.shape(), bytes, data + entry.begin());
  }

  private void read(JsonParser header) throws IOException {
    if (header.nextToken() != JsonToken.START_OBJECT) {
      throw malformed("the header is not a JSON object");
    }
    while (header.nextToken() == JsonToken.FIELD_NAME) {
      String name = header.currentName();
      if (header.nextToken() != JsonToken.START_OBJECT) {
        throw malformed(name + " in the header is not a JSON object");
      }
      if (name.equals(METADATA)) {
        header.skipChildren();
      } else {
        if (entries.size() == MOST_TENSORS) {
          throw malformed("there are more than " + MOST_TENSORS + " tensors");
        }
        if (entries.put(name, entry(name, header)) != null) {
          throw malformed("tensor " + name + " stands there twice");
        }
      }
    }
    if (header.nextToken() != null) {
      throw malformed("something follows the JSON object in the header");
    }
  }

  private Entry entry(String name, JsonParser header) throws IOException {
    Dtype dtype = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    while (header.nextToken() == JsonToken.FIELD_NAME) {
      String field = header.currentName();
      JsonToken value = header.nextToken();
      switch (field) {
        case "dtype" -> dtype = dtype(name, value, header);
        case "shape" -> shape = integers(name, field, value, header);
        case "data_offsets" -> offsets = integers(name, field, value, header);
        default -> header.skipChildren();
      }
    }
    if (dtype == null || shape == null || offsets == null) {
      throw malformed("tensor " + name + " lacks dtype, shape or data_offsets");
    }
    long room = bytes.size() - data;
    if (offsets.size() != 2
        || offsets.get(0) < 0
        || offsets.get(1) < offsets.get(0)
        || offsets.get(1) > room) {
      throw malformed(
          "tensor "
              + name
              + " has offsets "
              + offsets
              + ", must be a begin and an end within the "
              + room
              + " bytes after the header");
    }
    List<Integer> dimensions = new ArrayList<>();
    long elements = 1;
    for (long dimension : shape) {
      if (dimension < 0
          || dimension > Integer.MAX_VALUE
          || dimension > 0 && elements > room / dimension) {
        throw malformed("tensor " + name + " has shape " + shape + ", more than the file holds");
      }
      elements *= dimension;
      dimensions.add((int) dimension);
    }
    long length = offsets.get(1) - offsets.get(0);
    if (length != elements * dtype.bytes) {
      throw malformed(
          "tensor "
              + name
              + " of shape "
              + shape
              + " and type "
              + dtype
              + " has "
              + length
              + " bytes, must have "
              + elements * dtype.bytes);
    }
    return new Entry(name, dtype, dimensions, offsets.get(0), offsets.get(1));
  }

  private Dtype dtype(String name, JsonToken value, JsonParser header) throws IOException {
    if (value == JsonToken.VALUE_STRING) {
      String text = header.getText();
      for (Dtype dtype : Dtype.values()) {
        if (dtype.name().equals(text)) {
          return dtype;
        }
      }
    }
    throw malformed(
        "tensor "
            + name
            + " has type "
            + header.getText()
            + ", must be one of "
            + List.of(Dtype.values()));
  }

  private List<Long> integers(String name, String field, JsonToken value, JsonParser header)
      throws IOException {
    List<Long> integers = new ArrayList<>();
    boolean fine = value == JsonToken.START_ARRAY;
    while (fine && header.nextToken() != JsonToken.END_ARRAY) {
      fine =
          header.currentToken() == JsonToken.VALUE_NUMBER_INT && integers.size() < MOST_DIMENSIONS;
      if (fine) {
        integers.add(header.getLongValue());
      }
    }
    if (!fine) {
      throw malformed(
          "tensor "
              + name
              + ": "
              + field
              + " must be a list of at most "
              + MOST_DIMENSIONS
              + " integers");
    }
    return integers;
  }

  private void requireNoGaps() throws MalformedCheckpointException {
    List<Entry> ordered = new ArrayList<>(entries.values());
    ordered.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    long expected = 0;
    for (Entry entry : ordered) {
      if (entry.begin() != expected) {
        throw malformed(
            "tensor "
                + entry.name()
                + " begins at byte "
                + entry.begin()
                + ", must begin at "
                + expected
                + ": tensors neither overlap nor leave gaps");
      }
      expected = entry.end();
    }
    if (expected != bytes.size() - data) {
      throw malformed(
          "the tensors take "
              + expected
              + " bytes, but the file has "
              + (bytes.size() - data)
              + " for them");
    }
  }

  private MalformedCheckpointException malformed(String what) {
    return malformed(file, what);
  }

  private static MalformedCheckpointException malformed(Path file, String what) {
    return new MalformedCheckpointException(file + ": " + what);
  }
}
