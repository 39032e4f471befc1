package io.splitgym.server.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a body strictly: one object, no name twice in it, nothing behind it, no NaN, not nested
 * deeply. Texts become {@link String}, integers {@link Long} or {@link java.math.BigInteger}, other
 * numbers {@link Double}, and objects and arrays {@link Map} and {@link List}.
 */
public final class JsonReader {
  private static final int MOST_DEPTH = 32;
  private static final int MOST_DIGITS = 1_000;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MOST_DEPTH)
                  .maxNumberLength(MOST_DIGITS)
                  .build())
          .build();

  private JsonReader() {}

  /**
   * The object that a body holds.
   *
   * @throws MalformedJsonException if the body isn't one JSON object
   */
  public static Map<String, @Nullable Object> object(byte[] body) {
    try (JsonParser parser = FACTORY.createParser(body)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw new MalformedJsonException("the body is empty, must be a JSON object");
      }
      if (first != JsonToken.START_OBJECT) {
        throw new MalformedJsonException("the body is not a JSON object");
      }
      Map<String, @Nullable Object> object = members(parser, "");
      if (parser.nextToken() != null) {
        throw new MalformedJsonException("something follows the JSON object" + at(parser));
      }
      return object;
    } catch (JsonProcessingException e) {
      throw new MalformedJsonException("the body is not JSON: " + reason(e));
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory", e);
    }
  }

  private static Map<String, @Nullable Object> members(JsonParser parser, String path)
      throws IOException {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      String field = path.isEmpty() ? name : path + "." + name;
      if (members.containsKey(name)) {
        throw new MalformedJsonException("the name " + field + " is there twice" + at(parser));
      }
      members.put(name, value(parser, parser.nextToken(), field));
    }
    return members;
  }

  private static @Nullable Object value(JsonParser parser, JsonToken token, String path)
      throws IOException {
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
      case START_OBJECT -> members(parser, path);
      case START_ARRAY -> elements(parser, path);
      default -> throw new MalformedJsonException("the body is not JSON: " + token + at(parser));
    };
  }

  private static List<@Nullable Object> elements(JsonParser parser, String path)
      throws IOException {
    List<@Nullable Object> elements = new ArrayList<>();
    for (JsonToken next = parser.nextToken();
        next != JsonToken.END_ARRAY;
        next = parser.nextToken()) {
      elements.add(value(parser, next, path + "[" + elements.size() + "]"));
    }
    return elements;
  }

  private static String reason(JsonProcessingException e) {
    JsonLocation location = e.getLocation();
    return e.getOriginalMessage() + (location == null ? "" : at(location));
  }

  private static String at(JsonParser parser) {
    return at(parser.currentTokenLocation());
  }

  private static String at(JsonLocation location) {
    return " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
  }
}
