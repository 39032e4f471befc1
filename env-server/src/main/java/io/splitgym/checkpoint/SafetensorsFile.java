package io.splitgym.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Small float32 tensors with text about them, in the safetensors format: eight bytes with the
 * header's length, little-endian; the header, a JSON object of types, shapes and offsets, and of
 * strings under {@code __metadata__}; the tensors, without gaps. The same content always gives the
 * same bytes.
 *
 * @param metadata strings by name
 * @param tensors by name
 */
public record SafetensorsFile(
    SortedMap<String, String> metadata, SortedMap<String, Tensor> tensors) {
  /**
   * One tensor.
   *
   * @param shape each dimension at least 1
   * @param values row-major, as many as the shape holds; not copied
   */
  @SuppressWarnings("ArrayRecordComponent") // weights are large, and read in place
  public record Tensor(List<Integer> shape, float[] values) {
    public Tensor {
      shape = List.copyOf(shape);
      if (elements(shape) != values.length) {
        throw new IllegalArgumentException(
            "a tensor of shape " + shape + " can't have " + values.length + " values");
      }
    }

    private static long elements(List<Integer> shape) {
      long elements = 1;
      for (int dimension : shape) {
        if (dimension < 1) {
          throw new IllegalArgumentException("a tensor can't have the shape " + shape);
        }
        elements = Math.multiplyExact(elements, dimension);
      }
      return elements;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Tensor tensor
          && shape.equals(tensor.shape)
          && Arrays.equals(values, tensor.values);
    }

    @Override
    public int hashCode() {
      return 31 * shape.hashCode() + Arrays.hashCode(values);
    }
  }

  private static final String METADATA = "__metadata__";
  private static final String FLOAT32 = "F32";
  private static final int ALIGNMENT = 8;
  // the format's own limit
  private static final int LONGEST_HEADER = 100_000_000;
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  public SafetensorsFile {
    metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
    tensors = Collections.unmodifiableSortedMap(new TreeMap<>(tensors));
  }

  /** The file's bytes. */
  public byte[] write() {
    ObjectNode header = JsonNodeFactory.instance.objectNode();
    ObjectNode strings = header.putObject(METADATA);
    metadata.forEach(strings::put);
    int length = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      ObjectNode description = header.putObject(entry.getKey());
      description.put("dtype", FLOAT32);
      ArrayNode shape = description.putArray("shape");
      entry.getValue().shape().forEach(shape::add);
      ArrayNode offsets = description.putArray("data_offsets");
      offsets.add(length);
      length = Math.addExact(length, Float.BYTES * entry.getValue().values().length);
      offsets.add(length);
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    ByteBuffer bytes =
        ByteBuffer.allocate(Long.BYTES + padded + length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(padded).put(json);
    while (bytes.position() < Long.BYTES + padded) {
      bytes.put((byte) ' ');
    }
    for (Tensor tensor : tensors.values()) {
      for (float value : tensor.values()) {
        bytes.putFloat(value);
      }
    }
    return bytes.array();
  }

  /**
   * Reads what {@link #write}, or another program, wrote.
   *
   * @throws MalformedCheckpointException naming what is wrong: lengths, offsets, gaps, overlaps,
   *     shapes, or a type other than F32
   */
  public static SafetensorsFile read(byte[] file) throws MalformedCheckpointException {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    if (file.length < Long.BYTES) {
      throw new MalformedCheckpointException(
          "a safetensors file has at least 8 bytes, this one " + file.length);
    }
    long headerLength = bytes.getLong();
    if (headerLength < 2 || headerLength > Math.min(LONGEST_HEADER, bytes.remaining())) {
      throw new MalformedCheckpointException(
          "header length is "
              + Long.toUnsignedString(headerLength)
              + ", but "
              + bytes.remaining()
              + " bytes follow");
    }
    JsonNode header = header(file, (int) headerLength);
    ByteBuffer data = bytes.position(Long.BYTES + (int) headerLength).slice();
    data.order(ByteOrder.LITTLE_ENDIAN);
    SortedMap<String, String> metadata = new TreeMap<>();
    SortedMap<String, Tensor> tensors = new TreeMap<>();
    List<long[]> extents = new ArrayList<>();
    Iterator<Map.Entry<String, JsonNode>> fields = header.fields();
    while (fields.hasNext()) {
      Map.Entry<String, JsonNode> field = fields.next();
      if (field.getKey().equals(METADATA)) {
        metadata.putAll(strings(field.getValue()));
      } else {
        tensors.put(field.getKey(), tensor(field.getKey(), field.getValue(), data, extents));
      }
    }
    requireNoGaps(extents, data.limit());
    return new SafetensorsFile(metadata, tensors);
  }

  private static JsonNode header(byte[] file, int length) throws MalformedCheckpointException {
    String text = new String(file, Long.BYTES, length, StandardCharsets.UTF_8);
    JsonNode header;
    try {
      header = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new MalformedCheckpointException("the header is not JSON: " + e.getOriginalMessage());
    }
    if (!header.isObject()) {
      throw new MalformedCheckpointException("the header is not a JSON object");
    }
    return header;
  }

  private static SortedMap<String, String> strings(JsonNode node)
      throws MalformedCheckpointException {
    SortedMap<String, String> strings = new TreeMap<>();
    if (!node.isObject()) {
      throw new MalformedCheckpointException(METADATA + " is not a JSON object");
    }
    Iterator<Map.Entry<String, JsonNode>> fields = node.fields();
    while (fields.hasNext()) {
      Map.Entry<String, JsonNode> field = fields.next();
      if (!field.getValue().isTextual()) {
        throw new MalformedCheckpointException(
            METADATA + "." + field.getKey() + " is " + field.getValue() + ", must be a string");
      }
      strings.put(field.getKey(), field.getValue().textValue());
    }
    return strings;
  }

  private static Tensor tensor(String name, JsonNode node, ByteBuffer data, List<long[]> extents)
      throws MalformedCheckpointException {
    if (!FLOAT32.equals(node.path("dtype").textValue())) {
      throw new MalformedCheckpointException(
          "tensor " + name + " has type " + node.path("dtype") + ", must be " + FLOAT32);
    }
    long[] extent = integers(name, "data_offsets", node);
    if (extent.length != 2 || extent[0] < 0 || extent[1] < extent[0] || extent[1] > data.limit()) {
      throw new MalformedCheckpointException(
          "tensor "
              + name
              + " has offsets "
              + node.path("data_offsets")
              + ", must be a begin and an end within "
              + data.limit()
              + " bytes");
    }
    List<Integer> shape = new ArrayList<>();
    long elements = 1;
    for (long dimension : integers(name, "shape", node)) {
      if (dimension < 1 || dimension > data.limit() || elements * dimension > data.limit()) {
        throw new MalformedCheckpointException(
            "tensor " + name + " has shape " + node.path("shape") + ", more than the file holds");
      }
      elements *= dimension;
      shape.add((int) dimension);
    }
    if (extent[1] - extent[0] != elements * Float.BYTES) {
      throw new MalformedCheckpointException(
          "tensor "
              + name
              + " of shape "
              + shape
              + " has "
              + (extent[1] - extent[0])
              + " bytes, must have "
              + elements * Float.BYTES);
    }
    float[] values = new float[(int) elements];
    data.slice((int) extent[0], (int) (extent[1] - extent[0]))
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(values);
    extents.add(extent);
    return new Tensor(shape, values);
  }

  private static long[] integers(String name, String field, JsonNode node)
      throws MalformedCheckpointException {
    JsonNode array = node.path(field);
    long[] values = new long[array.size()];
    boolean fine = array.isArray();
    for (int i = 0; i < values.length; i++) {
      fine &= array.path(i).isIntegralNumber() && array.path(i).canConvertToLong();
      values[i] = array.path(i).asLong();
    }
    if (!fine) {
      throw new MalformedCheckpointException(
          "tensor " + name + ": " + field + " is " + array + ", must be a list of integers");
    }
    return values;
  }

  private static void requireNoGaps(List<long[]> extents, long end)
      throws MalformedCheckpointException {
    extents.sort(Comparator.comparingLong(extent -> extent[0]));
    long expected = 0;
    for (long[] extent : extents) {
      if (extent[0] != expected) {
        throw new MalformedCheckpointException(
            "a tensor begins at byte "
                + extent[0]
                + ", must begin at "
                + expected
                + ": tensors neither overlap nor leave gaps");
      }
      expected = extent[1];
    }
    if (expected != end) {
      throw new MalformedCheckpointException(
          "the tensors take " + expected + " bytes, but the file has " + end + " for them");
    }
  }
}
