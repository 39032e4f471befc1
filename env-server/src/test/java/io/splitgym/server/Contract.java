package io.splitgym.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The openapi.yaml of the repository, as a judge of requests and responses. */
final class Contract {
  private static final Set<String> METHODS =
      Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");

  private final JsonNode root;
  private final SchemaRegistry registry =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  private final Map<JsonNode, Schema> schemas = new ConcurrentHashMap<>();

  private Contract(JsonNode root) {
    this.root = root;
  }

  static Contract ofRepository() {
    return of(file());
  }

  /** That of OpenEnv's routes, whose paths don't say where they are mounted. */
  static Contract ofOpenEnv() {
    return of(openEnvFile());
  }

  static Path openEnvFile() {
    Path resource = Path.of("src/main/resources/io/splitgym/server/openenv/openapi.yaml");
    return Files.exists(resource) ? resource : Path.of("env-server").resolve(resource);
  }

  private static Contract of(Path file) {
    try {
      return new Contract(new YAMLMapper().readTree(Files.readAllBytes(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path file() {
    Path here = Path.of("openapi.yaml");
    return Files.exists(here) ? here : Path.of("..", "openapi.yaml");
  }

  /** Each as "METHOD path". */
  Set<String> operations() {
    Set<String> operations = new TreeSet<>();
    root.get("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        method -> {
                          if (METHODS.contains(method)) {
                            operations.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey());
                          }
                        }));
    return operations;
  }

  JsonNode root() {
    return root;
  }

  JsonNode operation(String operation) {
    String[] parts = operation.split(" ", 2);
    return root.get("paths").get(parts[1]).get(parts[0].toLowerCase(Locale.ROOT));
  }

  /** Follows a reference, if the node is one. */
  JsonNode resolve(JsonNode node) {
    return node.has("$ref") ? root.at(node.get("$ref").asText().substring(1)) : node;
  }

  /** The path template that a real path is an instance of. */
  @Nullable String template(String method, String path) {
    for (String operation : operations()) {
      String[] parts = operation.split(" ", 2);
      String pattern = parts[1].replaceAll("\\{[^}]+}", "[^/]+").replace(".", "\\.");
      if (parts[0].equals(method) && path.matches(pattern)) {
        return parts[1];
      }
    }
    return null;
  }

  /** What is wrong with a body under a schema. */
  List<Error> errors(JsonNode schema, JsonNode body) {
    return schemas
        .computeIfAbsent(
            schema,
            key -> {
              ObjectNode whole = new ObjectMapper().createObjectNode();
              whole.putArray("allOf").add(key);
              whole.set("components", root.get("components"));
              return registry.getSchema(whole);
            })
        .validate(body);
  }

  /** Holds a response to the contract: its status, headers, content type and body. */
  void check(String method, String path, TestClient.Answer answer) {
    String template = template(method, path.replaceAll("[?].*", ""));
    if (template == null) {
      assertThat(answer.status()).isIn(403, 404, 405, 401);
      checkBody(root.at("/components/schemas/Problem"), "application/problem+json", answer);
      return;
    }
    String name = method + " " + path + " -> " + answer.status();
    JsonNode response = operation(method + " " + template).get("responses");
    String status = Integer.toString(answer.status());
    boolean other = answer.status() >= 400 && response.has("default");
    assertThat(response.has(status) || other)
        .as("the contract knows %s; body %s", name, answer.text())
        .isTrue();
    response = resolve(response.get(response.has(status) ? status : "default"));
    if (response.has("headers")) {
      response
          .get("headers")
          .properties()
          .forEach(
              header ->
                  assertThat(answer.header(header.getKey()))
                      .as("header %s of %s", header.getKey(), name)
                      .isNotNull());
    }
    JsonNode content = response.get("content");
    if (content == null) {
      assertThat(answer.text()).as(name).isEmpty();
      return;
    }
    String type = String.valueOf(answer.header("Content-Type")).replaceAll(";.*", "");
    assertThat(content.has(type)).as("%s: the contract knows %s", name, type).isTrue();
    checkBody(content.get(type).get("schema"), type, answer);
  }

  private void checkBody(JsonNode schema, String type, TestClient.Answer answer) {
    assertThat(answer.header("Content-Type")).startsWith(type);
    if (!type.endsWith("json") && !type.endsWith("cbor")) {
      return;
    }
    JsonNode body = answer.json();
    assertThat(errors(schema, textsForBytes(body))).as(body.toString()).isEmpty();
    if (answer.status() >= 400) {
      assertThat(body.get("status").asInt()).isEqualTo(answer.status());
      assertThat(body.toString()).doesNotContain("Exception", "\tat ", "io.splitgym");
    }
  }

  /** CBOR's byte strings, which JSON Schema doesn't know, as the Base64 that they are in JSON. */
  private static JsonNode textsForBytes(JsonNode body) {
    try {
      return new ObjectMapper().readTree(body.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The examples of a media type object: each by name. */
  List<Example> examples(JsonNode mediaType) {
    List<Example> examples = new ArrayList<>();
    if (mediaType.has("example")) {
      examples.add(new Example("example", mediaType.get("example")));
    }
    if (mediaType.has("examples")) {
      mediaType
          .get("examples")
          .properties()
          .forEach(e -> examples.add(new Example(e.getKey(), e.getValue().get("value"))));
    }
    return examples;
  }

  record Example(String name, JsonNode value) {}
}
