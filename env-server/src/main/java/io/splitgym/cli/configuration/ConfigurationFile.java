package io.splitgym.cli.configuration;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A YAML file of names and values, one level deep. It is read token by token, as only then each
 * value's line is known.
 *
 * @param entries by name
 * @param errors what can't be used, each with file and line
 */
record ConfigurationFile(Path path, Map<String, Entry> entries, List<String> errors) {
  private static final long MOST_BYTES = 1 << 20;

  /**
   * One setting's texts, as they are written.
   *
   * @param line from 1
   */
  record Entry(List<String> texts, int line) {}

  /** Reads a file; what is wrong with it is in the errors. */
  static ConfigurationFile read(Path path) {
    ConfigurationFile file = new ConfigurationFile(path, new LinkedHashMap<>(), new ArrayList<>());
    try {
      long bytes = Files.size(path);
      if (bytes > MOST_BYTES) {
        file.errors.add(path + " has " + bytes + " bytes, must have at most " + MOST_BYTES);
        return file;
      }
      try (JsonParser parser = new YAMLFactory().createParser(Files.readAllBytes(path))) {
        file.readAll(parser);
      }
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
      file.errors.add(
          path + ":" + line + ": is not YAML: " + e.getOriginalMessage().lines().findFirst().get());
    } catch (IOException e) {
      file.errors.add(path + " can't be read: " + e);
    }
    return file;
  }

  private void readAll(JsonParser parser) throws IOException {
    JsonToken first = parser.nextToken();
    if (first == null || first == JsonToken.VALUE_NULL) {
      return;
    }
    if (first != JsonToken.START_OBJECT) {
      errors.add(at(parser) + "must be names and values, such as port: 8642");
      return;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      int line = parser.currentTokenLocation().getLineNr();
      List<String> texts = texts(parser, name);
      Entry before = entries.putIfAbsent(name, new Entry(texts, line));
      if (before != null) {
        errors.add(
            path + ":" + line + ": " + name + " was set in line " + before.line + " already");
      }
    }
    if (parser.nextToken() != null) {
      errors.add(at(parser) + "must be the only YAML document of the file");
    }
  }

  private List<String> texts(JsonParser parser, String name) throws IOException {
    List<String> texts = new ArrayList<>();
    JsonToken token = parser.nextToken();
    if (token == JsonToken.START_ARRAY) {
      for (token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
        text(parser, name, texts);
      }
    } else {
      text(parser, name, texts);
    }
    return texts;
  }

  private void text(JsonParser parser, String name, List<String> texts) throws IOException {
    if (parser.currentToken().isStructStart()) {
      errors.add(at(parser) + name + " must be a value or a list of values");
      parser.skipChildren();
    } else if (parser.currentToken() == JsonToken.VALUE_NULL) {
      errors.add(at(parser) + name + " has no value");
    } else {
      texts.add(parser.getText());
    }
  }

  private String at(JsonParser parser) {
    return path + ":" + parser.currentTokenLocation().getLineNr() + ": ";
  }
}
