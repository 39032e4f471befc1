package io.splitgym.server.wire;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.splitgym.validation.Require;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a body strictly: one object, no name twice in it, nothing behind it, not nested deeply.
 * Texts become {@link String}, integers {@link Long} or {@link java.math.BigInteger}, other numbers
 * {@link Double}, objects and arrays {@link Map} and {@link List}, and an object that is a typed
 * array the list that it stands for. Safe for use by several threads.
 */
public final class BodyReader {
  private static final int FIRST_NUMBERS = 16;

  private final int depth;

  /**
   * @param depth how many objects and arrays may be in one another, the body itself included
   */
  public BodyReader(int depth) {
    this.depth = Require.positive("depth", depth);
  }

  /** The object that a body holds, see {@link #object(Encoding, byte[], int, int)}. */
  public Map<String, @Nullable Object> object(Encoding encoding, byte[] body) {
    return object(encoding, body, 0, body.length);
  }

  /**
   * The object that a stretch of bytes holds.
   *
   * @throws MalformedBodyException if they aren't one object in that encoding
   * @throws io.splitgym.validation.InvalidValueException if a typed array contradicts itself
   */
  public Map<String, @Nullable Object> object(
      Encoding encoding, byte[] bytes, int offset, int length) {
    try (JsonParser parser = encoding.parser(bytes, offset, length)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw new MalformedBodyException("the body is empty, must be one " + encoding + " object");
      }
      if (first != JsonToken.START_OBJECT) {
        throw new MalformedBodyException("the body is not one " + encoding + " object");
      }
      Map<String, @Nullable Object> object = members(parser, "", 1);
      if (parser.nextToken() != null) {
        throw new MalformedBodyException("something follows the object" + at(parser));
      }
      requireNoBytes(object, "the body");
      return object;
    } catch (JsonProcessingException e) {
      throw new MalformedBodyException("the body is not " + encoding + ": " + reason(e));
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory", e);
    }
  }

  private Map<String, @Nullable Object> members(JsonParser parser, String path, int level)
      throws IOException {
    requireDepth(parser, level);
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      String field = path.isEmpty() ? name : path + "." + name;
      if (members.containsKey(name)) {
        throw new MalformedBodyException("the name " + field + " is there twice" + at(parser));
      }
      members.put(name, value(parser, parser.nextToken(), field, level));
    }
    if (parser.currentToken() != JsonToken.END_OBJECT) {
      throw new MalformedBodyException("a name is not a text" + at(parser));
    }
    return members;
  }

  private @Nullable Object value(
      JsonParser parser, @Nullable JsonToken token, String path, int level) throws IOException {
    if (token == null) {
      throw new MalformedBodyException("the body breaks off" + at(parser));
    }
    return switch (token) {
      case VALUE_NULL -> null;
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT ->
          parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
              ? parser.getBigIntegerValue()
              : (Object) parser.getLongValue();
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_EMBEDDED_OBJECT -> embedded(parser);
      case START_OBJECT -> {
        Map<String, @Nullable Object> members = members(parser, path, level + 1);
        if (TypedArray.is(members)) {
          yield TypedArray.read(path, members);
        }
        requireNoBytes(members, path);
        yield members;
      }
      case START_ARRAY -> elements(parser, path, level + 1);
      default -> throw new MalformedBodyException("the body holds " + token + at(parser));
    };
  }

  private List<?> elements(JsonParser parser, String path, int level) throws IOException {
    requireDepth(parser, level);
    JsonToken next = parser.nextToken();
    long[] integers = new long[FIRST_NUMBERS];
    int count = 0;
    while (next == JsonToken.VALUE_NUMBER_INT
        && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
      if (count == integers.length) {
        integers = Arrays.copyOf(integers, 2 * count);
      }
      integers[count++] = parser.getLongValue();
      next = parser.nextToken();
    }
    List<Object> soFar = new NumberList.Integers(integers, 0, count);
    if (next == JsonToken.END_ARRAY) {
      return soFar;
    }
    List<@Nullable Object> elements = new ArrayList<>(soFar);
    while (next != JsonToken.END_ARRAY) {
      Object element = value(parser, next, path + "[" + elements.size() + "]", level);
      if (element instanceof byte[]) {
        throw bytesIn(path);
      }
      elements.add(element);
      next = parser.nextToken();
    }
    return elements;
  }

  /** CBOR's byte strings; its value "undefined" comes here too, as null. */
  private static @Nullable Object embedded(JsonParser parser) throws IOException {
    Object value = parser.getEmbeddedObject();
    if (value instanceof byte[]) {
      return value;
    }
    throw new MalformedBodyException("the body holds a value without meaning" + at(parser));
  }

  /** Bytes are what the data of a typed array or of a state is, and nothing else. */
  private static void requireNoBytes(Map<String, @Nullable Object> members, String path) {
    for (Map.Entry<String, @Nullable Object> member : members.entrySet()) {
      if (member.getValue() instanceof byte[] && !member.getKey().equals(NumberArrays.DATA)) {
        throw bytesIn(path);
      }
    }
  }

  private static MalformedBodyException bytesIn(String path) {
    return new MalformedBodyException(
        "there is a byte string in " + path + ", must be only as data, of an array or of a state");
  }

  private void requireDepth(JsonParser parser, int level) {
    if (level > depth) {
      throw new MalformedBodyException(
          "the body is nested too deeply, must be at most " + depth + " deep" + at(parser));
    }
  }

  private static String reason(JsonProcessingException e) {
    JsonLocation location = e.getLocation();
    return e.getOriginalMessage() + (location == null ? "" : at(location));
  }

  private static String at(JsonParser parser) {
    return at(parser.currentTokenLocation());
  }

  /** Where in the body; CBOR has no lines. */
  private static String at(JsonLocation location) {
    return location.getLineNr() > 0
        ? " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")"
        : " (byte " + location.getByteOffset() + ")";
  }
}
