package io.splitgym.tokenizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.checkpoint.Excerpt;
import io.splitgym.checkpoint.MalformedCheckpointException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What must hold of a tokenizer.json before it is handed to Hugging Face's tokenizers. That library
 * answers most mistakes with an error, but on some it panics, and a panic ends the whole process.
 * What version 0.21 is known to panic on is refused here; so are token ids that the model has no
 * embedding for.
 */
final class TokenizerFile {
  private static final JsonFactory STRICT =
      new ObjectMapper().getFactory().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  /** Where an expression that may match nothing shows it. */
  private static final List<String> SAMPLES = List.of("", "a", " a  b1.", "A\n\u2581");

  /** The library's reader gives up at 128 in the whole document. */
  private static final int DEEPEST = 64;

  private final Path file;
  private final int rows;
  private final Set<Long> added = new HashSet<>();
  private final List<Long> beyond = new ArrayList<>();

  private TokenizerFile(Path file, int rows) {
    this.file = file;
    this.rows = rows;
  }

  /**
   * @param rows of the model's embedding: more than the highest id of the vocabulary. Added tokens
   *     may be beyond them, as some models' are
   * @throws MalformedCheckpointException naming the part that is wrong
   */
  static void check(Path file, int rows) throws IOException {
    new TokenizerFile(file, rows).check();
  }

  private void check() throws IOException {
    try (JsonParser parser = STRICT.createParser(file.toFile())) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw malformed("is no tokenizer: it is not a JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String part = parser.currentName();
        parser.nextToken();
        switch (part) {
          case "model" -> model(parser);
          case "added_tokens" -> addedTokens(parser);
          default -> {
            JsonNode tree = parser.readValueAsTree();
            requireReadable(part, tree, 1);
            part(part, tree);
          }
        }
      }
    } catch (JsonProcessingException e) {
      throw malformed("is not JSON as it must be: " + e.getOriginalMessage());
    }
    beyond.removeAll(added);
    if (!beyond.isEmpty()) {
      throw malformed(
          "the vocabulary has the id "
              + beyond.get(0)
              + ", must be in [0, "
              + (rows - 1)
              + "], as the model's embedding has "
              + rows
              + " rows");
    }
  }

  /** The largest part by far; only its ids and plain fields are looked at. */
  private void model(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw malformed("model must be a JSON object");
    }
    String type = "";
    String prefix = "";
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      if (field.equals("vocab")) {
        vocabulary(parser);
      } else if (value.isStructStart()) {
        parser.skipChildren();
      } else if (field.equals("type")) {
        type = parser.getText();
      } else if (field.equals("continuing_subword_prefix") && value == JsonToken.VALUE_STRING) {
        prefix = parser.getText();
      } else if (field.equals("dropout") && value.isNumeric() && parser.getDoubleValue() != 0) {
        throw malformed(
            "model.dropout is " + parser.getText() + ", must be 0 or null, or tokens are drawn");
      }
    }
    // merges are cut after the prefix, also where a token is shorter
    if (!prefix.isEmpty() && !type.equals("WordPiece")) {
      throw malformed(
          "model.continuing_subword_prefix is "
              + Excerpt.of(prefix)
              + ", must be empty or null but in a WordPiece model");
    }
  }

  private void vocabulary(JsonParser parser) throws IOException {
    if (parser.currentToken() == JsonToken.START_ARRAY) {
      long id = 0;
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        parser.skipChildren();
        known(id++);
      }
      return;
    }
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw malformed("model.vocab must be a JSON object or list");
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String token = parser.currentName();
      if (parser.nextToken() != JsonToken.VALUE_NUMBER_INT) {
        throw malformed("model.vocab has no whole number for the token " + Excerpt.of(token));
      }
      known(parser.getLongValue());
    }
  }

  private void known(long id) {
    if (id < 0 || id >= rows) {
      beyond.add(id);
    }
  }

  private void addedTokens(JsonParser parser) throws IOException {
    JsonNode tokens = parser.readValueAsTree();
    for (JsonNode token : tokens) {
      JsonNode id = token.path("id");
      if (!id.canConvertToInt() || !id.isIntegralNumber() || id.intValue() < 0) {
        throw malformed(
            "the id of an added token is "
                + Excerpt.of(id)
                + ", must be in [0, "
                + Integer.MAX_VALUE
                + "]");
      }
      added.add(id.longValue());
    }
  }

  /** JSON that Jackson reads and the library doesn't; in a decoder it panics on that. */
  private void requireReadable(String name, JsonNode node, int depth)
      throws MalformedCheckpointException {
    if (depth > DEEPEST) {
      throw malformed(name + " is nested more than " + DEEPEST + " deep");
    }
    if (node.isTextual()) {
      requireCharacters(name, node.textValue());
    }
    if (node.isNumber() && !Double.isFinite(node.doubleValue())) {
      throw malformed(name + " is " + Excerpt.of(node) + ", must be a number that a double holds");
    }
    for (var field : node.properties()) {
      requireCharacters(name, field.getKey());
      requireReadable(name + "." + Excerpt.of(field.getKey()), field.getValue(), depth + 1);
    }
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      requireReadable(name + "[" + i + "]", node.get(i), depth + 1);
    }
  }

  private void requireCharacters(String name, String text) throws MalformedCheckpointException {
    if (text.codePoints().anyMatch(each -> Character.getType(each) == Character.SURROGATE)) {
      throw malformed(name + " has half of a surrogate pair in " + Excerpt.of(text));
    }
  }

  private void part(String name, JsonNode node) throws MalformedCheckpointException {
    if (node.path("type").asText().equals("Precompiled") || node.has("precompiled_charsmap")) {
      JsonNode map = node.path("precompiled_charsmap");
      if (!map.isTextual() || !CharacterMap.isSound(map.textValue())) {
        throw malformed(name + ".precompiled_charsmap is no map of characters in base64");
      }
    }
    if (node.path("type").asText().equals("FixedLength") && node.path("length").asLong(0) < 1) {
      throw malformed(
          name + ".length is " + Excerpt.of(node.path("length")) + ", must be at least 1");
    }
    if (node.path("type").asText().equals("Replace")) {
      replaced(name, node.path("pattern"));
    }
    // a token of nothing but what is cut from both its ends would be cut to less than nothing
    if (name.startsWith("decoder") && node.path("stop").asLong(0) != 0) {
      throw malformed(name + ".stop is " + Excerpt.of(node.path("stop")) + ", must be 0");
    }
    if (name.startsWith("post_processor")) {
      template(name, node);
    }
    if (node.isObject()) {
      for (var field : node.properties()) {
        part(name + "." + Excerpt.of(field.getKey()), field.getValue());
      }
    } else {
      for (int i = 0; i < node.size(); i++) {
        part(name + "[" + i + "]", node.get(i));
      }
    }
  }

  private void replaced(String name, JsonNode pattern) throws MalformedCheckpointException {
    JsonNode text = pattern.path("String");
    if (text.isTextual() && text.textValue().isEmpty()) {
      throw malformed(name + ".pattern is an empty text, must have at least one character");
    }
    JsonNode expression = pattern.path("Regex");
    if (expression.isTextual() && mayMatchNothing(expression.textValue())) {
      throw malformed(
          name
              + ".pattern is "
              + Excerpt.of(expression.textValue())
              + ", must be a regular expression that matches no empty text");
    }
  }

  /** Found out with Java's expressions, so one that only the library knows is refused too. */
  private static boolean mayMatchNothing(String expression) {
    try {
      Pattern pattern = Pattern.compile(expression);
      return SAMPLES.stream()
          .anyMatch(
              sample ->
                  pattern.matcher(sample).results().anyMatch(found -> found.group().isEmpty()));
    } catch (PatternSyntaxException | StackOverflowError e) {
      // Java's reading and matching go as deep as the expression nests
      return true;
    }
  }

  private void template(String name, JsonNode node) throws MalformedCheckpointException {
    JsonNode tokens = node.path("special_tokens");
    for (JsonNode token : tokens) {
      if (token.path("ids").size() != token.path("tokens").size()) {
        throw malformed(name + ".special_tokens must have as many ids as tokens each");
      }
    }
    for (String template : List.of("single", "pair")) {
      for (JsonNode piece : node.path(template)) {
        JsonNode special = piece.path("SpecialToken").path("id");
        if (special.isTextual() && !tokens.has(special.textValue())) {
          throw malformed(
              name
                  + "."
                  + template
                  + " has the special token "
                  + Excerpt.of(special.textValue())
                  + ", which special_tokens must have too");
        }
        if (template.equals("single")
            && piece.path("Sequence").path("id").asText("A").equals("B")) {
          throw malformed(name + ".single has the sequence B, must have A alone");
        }
      }
    }
  }

  private MalformedCheckpointException malformed(String what) {
    return new MalformedCheckpointException(file + ": " + what);
  }
}
