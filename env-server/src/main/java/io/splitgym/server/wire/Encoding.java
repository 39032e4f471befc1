package io.splitgym.server.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The forms that a body comes and goes in. Both hold the same values under the same names; only
 * arrays of numbers differ, see {@link NumberArrays}.
 *
 * <p>In JSON floats and doubles get the shortest decimal form that reads back as the same value, on
 * every Java version: the platform's own was longer than that before Java 19.
 */
public enum Encoding {
  /** RFC 8259, in UTF-8. */
  JSON(
      "application/json",
      "application/problem+json",
      JsonMapper.builder().enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER).build()),

  /**
   * RFC 8949. There is no registered media type for the problems of RFC 9457 in CBOR (that of RFC
   * 9290 has other members), so they go as what they are: CBOR, under an error's status.
   */
  CBOR("application/cbor", "application/cbor", new CBORMapper());

  private static final int USUAL_BYTES = 512;
  private static final int MOST_DIGITS = 1_000;

  private final String mediaType;
  private final String problemType;

  @SuppressWarnings("ImmutableEnumChecker") // never configured again
  private final ObjectMapper mapper;

  Encoding(String mediaType, String problemType, ObjectMapper mapper) {
    this.mediaType = mediaType;
    this.problemType = problemType;
    this.mapper = mapper.registerModule(NumberArrays.module());
    // how deeply a body is nested is for the reader to limit, with a word of its own
    mapper
        .getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder().maxNumberLength(MOST_DIGITS).build());
  }

  /** What Content-Type and Accept call it. */
  public String mediaType() {
    return mediaType;
  }

  /** What the Content-Type of a problem in it is. */
  public String problemType() {
    return problemType;
  }

  /** One of this package's bodies in this form. */
  public byte[] bytes(Object body) {
    return written(body).toByteArray();
  }

  /** The same bytes, from the buffer's position to its limit, where they were written. */
  public ByteBuffer buffer(Object body) {
    return written(body).buffer();
  }

  private Written written(Object body) {
    int likely = body instanceof StreamedBody streamed ? streamed.usualBytes() : USUAL_BYTES;
    Written bytes = new Written(likely);
    try (JsonGenerator out = mapper.getFactory().createGenerator(bytes)) {
      write(out, body);
    } catch (IOException e) {
      throw new IllegalStateException("a body has no " + this + " form: " + e.getMessage(), e);
    }
    return bytes;
  }

  /** Writes a body as the next value; what is asked for at every step writes itself. */
  void write(JsonGenerator out, Object body) throws IOException {
    if (body instanceof StreamedBody streamed) {
      streamed.writeTo(out);
    } else {
      mapper.writeValue(out, body);
    }
  }

  JsonGenerator generator(ByteArrayOutputStream bytes) throws IOException {
    return mapper.getFactory().createGenerator(bytes);
  }

  JsonParser parser(byte[] bytes, int offset, int length) throws IOException {
    return mapper.getFactory().createParser(bytes, offset, length);
  }

  /** Shows what was written to it without a copy. */
  private static final class Written extends ByteArrayOutputStream {
    Written(int size) {
      super(size);
    }

    ByteBuffer buffer() {
      return ByteBuffer.wrap(buf, 0, count);
    }
  }
}
