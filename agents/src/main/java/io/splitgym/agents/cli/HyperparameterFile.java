package io.splitgym.agents.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Hyperparameters as YAML: a name and a value on each line. */
final class HyperparameterFile {
  private static final int LARGEST = 1_000_000;
  private static final String FORM = "YAML with a name and a value on each line";
  private static final YAMLMapper YAML =
      YAMLMapper.builder().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION).build();

  private HyperparameterFile() {}

  /**
   * @throws InvalidValueException if there is no such file, or it isn't YAML of that form
   */
  static Map<String, Object> read(Path file) throws IOException {
    if (!Files.isRegularFile(file) || Files.size(file) > LARGEST) {
      throw new InvalidValueException(
          "--hyperparameters", file, "a YAML file of at most " + LARGEST + " bytes");
    }
    try {
      JsonNode there = YAML.readTree(Files.readAllBytes(file));
      if (!there.isObject()) {
        throw new InvalidValueException("--hyperparameters", file, FORM);
      }
      Map<String, Object> read =
          YAML.convertValue(there, new TypeReference<LinkedHashMap<String, Object>>() {});
      for (Map.Entry<String, Object> entry : read.entrySet()) {
        if (entry.getValue() == null) {
          throw new InvalidValueException(entry.getKey(), "left empty", "given a value");
        }
      }
      return read;
    } catch (JacksonException e) {
      throw new InvalidValueException(
          "--hyperparameters",
          file,
          FORM + ": " + e.getOriginalMessage().lines().findFirst().orElse(""));
    }
  }
}
