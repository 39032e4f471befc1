package io.splitgym.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.splitgym.random.RandomStream;
import io.splitgym.server.TestClient.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** openapi.yaml and the server, held to each other. */
class ContractTest {
  private static final Contract CONTRACT = Contract.ofRepository();

  private static GymServer server;
  private static TestClient client;

  @TempDir private static Path folder;

  @BeforeAll
  static void start() {
    server = TestServers.start(folder);
    client = new TestClient(server);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void theServerServesWhatTheContractNamesAndNothingElse() {
    Set<String> routes = server.routes();
    // those have a contract of their own
    routes.removeIf(route -> route.contains(" /openenv/"));
    assertThat(routes).isEqualTo(CONTRACT.operations());
  }

  @Test
  void theContractIsServedAsItIsKept() throws IOException {
    assertThat(client.get("/openapi.yaml").response().body())
        .isEqualTo(Files.readAllBytes(Contract.file()));
    assertThat(client.get("/openapi.json").json())
        .isEqualTo(new YAMLMapper().readTree(Contract.file().toFile()));
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    for (JsonNode reference : CONTRACT.root().findValues("$ref")) {
      assertThat(CONTRACT.root().at(reference.asText().substring(1)).isMissingNode())
          .as(reference.asText())
          .isFalse();
    }
  }

  /** A vector that was reset; its path. */
  private static String vectorOfTwo() {
    Answer made =
        client.post("/v1/vector-envs", "{\"spec\": \"SplitInference-v0\", \"numEnvs\": 2}");
    String path = "/v1/vector-envs/" + made.json().get("id").asText();
    client.post(path + "/reset", "{}");
    return path;
  }

  /** What each environment of a vector can be, or is predicted for, is what a single one can be. */
  @Test
  void vectorsAndPredictionsTakeTheParametersOfASingleEnvironment() {
    Set<String> ofOne = properties("SplitInferenceRequest");
    Set<String> ofVector = properties("VectorRequest");
    Set<String> ofPrediction = properties("PredictionRequest");
    assertThat(ofVector.removeAll(Set.of("numEnvs", "autoreset"))).isTrue();
    assertThat(ofPrediction.remove("points")).isTrue();
    assertThat(ofVector).isEqualTo(ofOne);
    // it makes no environment, so there is nothing to record
    assertThat(ofOne.remove("record")).isTrue();
    assertThat(ofPrediction).isEqualTo(ofOne);
  }

  private static Set<String> properties(String schema) {
    Set<String> names = new TreeSet<>();
    CONTRACT
        .root()
        .at("/components/schemas/" + schema + "/properties")
        .fieldNames()
        .forEachRemaining(names::add);
    return names;
  }

  static List<String> operations() {
    return new ArrayList<>(CONTRACT.operations());
  }

  @ParameterizedTest
  @MethodSource("operations")
  void everyExampleFitsItsSchema(String operation) {
    List<JsonNode> contents = new ArrayList<>();
    JsonNode described = CONTRACT.operation(operation);
    if (described.has("requestBody")) {
      contents.add(described.get("requestBody").get("content"));
    }
    described
        .get("responses")
        .forEach(
            response -> {
              JsonNode resolved = CONTRACT.resolve(response);
              if (resolved.has("content")) {
                contents.add(resolved.get("content"));
              }
            });
    for (JsonNode content : contents) {
      content.forEach(
          mediaType -> {
            for (Contract.Example example : CONTRACT.examples(mediaType)) {
              assertThat(CONTRACT.errors(mediaType.get("schema"), example.value()))
                  .as("%s: %s", operation, example.name())
                  .isEmpty();
            }
          });
    }
  }

  @ParameterizedTest
  @MethodSource("operations")
  void everyRequestExampleIsAnsweredWell(String operation) {
    String[] parts = operation.split(" ", 2);
    List<String> bodies = new ArrayList<>();
    JsonNode described = CONTRACT.operation(operation);
    if (described.has("requestBody")) {
      CONTRACT
          .examples(described.at("/requestBody/content/application~1json"))
          .forEach(example -> bodies.add(example.value().toString()));
      assertThat(bodies).isNotEmpty();
    }
    String path = parts[1];
    if (path.startsWith("/v1/env-specs/")) {
      path = "/v1/env-specs/SplitInference-v0";
    } else if (path.startsWith("/v1/episodes/")) {
      path = path.replace("{id}", recordedEpisode());
    } else if (path.contains("{id}")) {
      String made = client.create("{\"spec\": \"SplitInference-v0\"}");
      client.post(made + "/reset", "{}");
      path = path.replace("/v1/envs/{id}", made).replace("/v1/vector-envs/{id}", vectorOfTwo());
    }
    path = path.replace("{file}", path.startsWith("/page/") ? "page.js" : "start.js");
    if (path.equals("/v1/ws")) {
      return;
    }
    if (bodies.isEmpty()) {
      assertThat(client.send(parts[0], path, null).status()).isLessThan(300);
    }
    for (String body : bodies) {
      assertThat(client.send(parts[0], path, body).status()).as(body).isLessThan(300);
      assertThat(client.sendCbor(parts[0], path, body).status()).as(body).isLessThan(300);
    }
  }

  private static String recordedEpisode() {
    String made =
        client.create("{\"spec\": \"SplitInference-v0\", \"episodeSteps\": 2, \"record\": true}");
    client.post(made + "/reset", "{}");
    client.post(made + "/step", "{\"action\": 1}");
    client.post(made + "/step", "{\"action\": 1}");
    String id = made.substring("/v1/envs/".length());
    return client.get("/v1/episodes?environment=" + id).json().at("/episodes/0/id").asText();
  }

  @Test
  void everyMessageOfTheContractIsAnsweredWell() {
    String id = "0f8fad5b-d9cb-469f-a165-70867728950e";
    String made = client.create("{\"spec\": \"SplitInference-v0\"}");
    JsonNode answerSchema = CONTRACT.root().at("/components/schemas/SocketAnswer");
    try (RawSocket socket = new RawSocket(server)) {
      for (JsonNode message : CONTRACT.root().at("/components/schemas/SocketMessage/examples")) {
        JsonNode answer =
            socket.ask(message.toString().replace(id, made.substring("/v1/envs/".length())));
        assertThat(answer.has("result")).as(answer.toString()).isTrue();
        assertThat(answer.get("id")).isEqualTo(message.get("id"));
        assertThat(CONTRACT.errors(answerSchema, answer)).isEmpty();
      }
    }
  }

  /** What the contract allows in a request for split inference is what the spec says it takes. */
  @Test
  void contractAndSpecKnowTheSameParameters() {
    JsonNode spec = client.get("/v1/env-specs/SplitInference-v0").json();
    Map<String, String> described = new LinkedHashMap<>();
    spec.get("parameters")
        .forEach(p -> described.put(p.get("name").asText(), p.get("type").asText()));
    described.keySet().removeIf(name -> name.startsWith("llm."));

    Map<String, String> contract = new HashMap<>();
    collect("", CONTRACT.root().at("/components/schemas/SplitInferenceRequest"), contract);
    contract.keySet().removeIf(name -> name.startsWith("llm."));
    contract.keySet().removeAll(Set.of("spec", "backend", "preset", "seed", "record"));
    assertThat(contract).isEqualTo(described);

    assertThat(names(spec.get("backends"))).isEqualTo(choices("backend"));
    assertThat(names(spec.get("presets"))).isEqualTo(choices("preset"));
    Set<String> options = new TreeSet<>();
    CONTRACT
        .root()
        .at("/components/schemas/ResetRequest/properties/options/properties")
        .fieldNames()
        .forEachRemaining(options::add);
    assertThat(options).isEqualTo(new TreeSet<>(names(spec.get("options"))));
  }

  /** Whose values they are is the server's to say; what a value can be is the contract's. */
  @Test
  void parametersOfWhatWasAddedAreNumbersTextsAndFlagsByName() {
    Map<String, Boolean> allowed = new LinkedHashMap<>();
    allowed.put("{\"weight\": 3, \"loud\": true, \"colour\": \"red\"}", true);
    allowed.put("{}", true);
    allowed.put("{\"weight\": [3]}", false);
    allowed.put("{\"weight\": {\"of\": 3}}", false);
    allowed.put("{\"weight\": null}", false);
    allowed.put("[3]", false);
    allowed.put("3", false);
    JsonNode schema = CONTRACT.root().at("/components/schemas/EnvironmentRequest");
    allowed.forEach(
        (parameters, fits) -> {
          for (String part :
              List.of(
                  "\"reward\": {\"kind\": \"latency\", \"parameters\": %s}",
                  "\"channel\": \"bursts\", \"channelParameters\": {\"parameters\": %s}")) {
            String body = "{\"spec\": \"SplitInference-v0\", " + part.formatted(parameters) + "}";
            assertThat(CONTRACT.errors(schema, read(body)).isEmpty()).as(body).isEqualTo(fits);
            Answer answer = client.post("/v1/envs", body);
            // nobody added them to this server, so the best that comes of it is a 422
            assertThat(answer.status()).as(body).isEqualTo(fits ? 422 : 400);
            if (!fits) {
              assertThat(answer.json().toString()).contains(".parameters");
            }
          }
        });
  }

  /** The environment's echo can be sent back, and makes the same one. */
  @ParameterizedTest
  @MethodSource("presets")
  void echoedParametersMakeTheSameEnvironment(String preset) {
    Answer first =
        client.post(
            "/v1/envs", "{\"spec\": \"SplitInference-v0\", \"preset\": \"" + preset + "\"}");
    ObjectNode again = new ObjectMapper().createObjectNode().put("spec", "SplitInference-v0");
    again.setAll((ObjectNode) first.json().get("parameters"));
    Answer second = client.post("/v1/envs", again.toString());
    assertThat(CONTRACT.errors(CONTRACT.root().at("/components/schemas/EnvironmentRequest"), again))
        .isEmpty();
    for (String field : List.of("observationSpace", "actionSpace", "parameters")) {
      assertThat(second.json().get(field)).isEqualTo(first.json().get(field));
    }
  }

  static List<String> presets() {
    return choices("preset");
  }

  /**
   * Bodies that are nearly right: whatever comes of them is in the contract, what the server takes
   * is what the contract allows, and what it calls malformed is what the contract doesn't.
   */
  @ParameterizedTest
  @MethodSource("operationsWithBodies")
  void whatIsAcceptedIsWhatTheContractAllows(String operation) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    JsonNode mediaType = CONTRACT.operation(operation).at("/requestBody/content/application~1json");
    String method = operation.split(" ", 2)[0];
    String made =
        client.create(
            method.equals("PUT")
                ? "{\"spec\": \"SplitInference-v0\"}"
                : "{\"spec\": \"SplitInference-v0\", \"episodeSteps\": 100000}");
    client.post(made + "/reset", "{}");
    String path =
        operation
            .split(" ", 2)[1]
            .replace("/v1/envs/{id}", made)
            .replace("/v1/vector-envs/{id}", vectorOfTwo());
    int accepted = 0;
    int refused = 0;
    for (Contract.Example example : CONTRACT.examples(mediaType)) {
      for (int seed = 0; seed < 150; seed++) {
        RandomStream random = RandomStream.ofSeed(seed).named(example.name());
        JsonNode same = example.value().deepCopy();
        // of a state, nothing but the example is taken; and as the server reads it: a number too
        // large for a double is a text by then
        JsonNode body = seed == 0 ? same : mapper.readTree(mutated(same, random).toString());
        Answer answer = client.send(method, path, body.toString());
        assertThat(answer.status()).as(body.toString()).isLessThan(500);
        if (answer.status() < 300) {
          accepted++;
          assertThat(CONTRACT.errors(mediaType.get("schema"), body))
              .as("accepted: %s (seed %d)", body, seed)
              .isEmpty();
        } else {
          refused++;
          // a value that this environment doesn't allow is a 422; a 400 is for what no contract has
          if (answer.status() == 400) {
            assertThat(CONTRACT.errors(mediaType.get("schema"), body))
                .as("refused as malformed: %s (seed %d): %s", body, seed, answer.json())
                .isNotEmpty();
          }
        }
        if (answer.status() == 201) {
          client.delete(String.valueOf(answer.header("Location")));
        }
      }
    }
    assertThat(accepted).isPositive();
    assertThat(refused).isPositive();
  }

  static List<String> operationsWithBodies() {
    return operations().stream()
        .filter(operation -> CONTRACT.operation(operation).has("requestBody"))
        .toList();
  }

  /** Something, somewhere in the body, is another value, or gone, or there under another name. */
  private static JsonNode mutated(JsonNode body, RandomStream random) {
    List<String> values =
        List.of(
            "null",
            "true",
            "0",
            "1",
            "3",
            "-1",
            "2.0",
            "0.5",
            "1e400",
            "99999999999999999999",
            "\"\"",
            "\"surrogate\"",
            "\"llm\"",
            "\"a b\"",
            "[]",
            "[1, 2]",
            "[0.1, 0.2]",
            "[2, 1]",
            "{}",
            "{\"kind\": \"reference\"}",
            "{\"sigma\": 0.1}",
            "[true, false]",
            "[3, null]",
            "\"SameStep\"",
            "{\"reset_mask\": [false, true]}");
    if (random.nextDouble() < 0.2) {
      List<String> known =
          List.of(
              "seed", "action", "options", "llm", "actions", "mRange", "numEnvs", "autoreset", "x");
      ((ObjectNode) body)
          .set(known.get(random.nextInteger(0, known.size() - 1)), value(values, random));
      return body;
    }
    List<JsonNode> holders = new ArrayList<>();
    holders.add(body);
    body.forEach(
        child -> {
          if (child.isObject()) {
            holders.add(child);
          }
        });
    ObjectNode holder = (ObjectNode) holders.get(random.nextInteger(0, holders.size() - 1));
    List<String> names = new ArrayList<>();
    holder.fieldNames().forEachRemaining(names::add);
    if (names.isEmpty()) {
      return body;
    }
    String name = names.get(random.nextInteger(0, names.size() - 1));
    if (random.nextDouble() < 0.2) {
      holder.remove(name);
    } else {
      holder.set(name, value(values, random));
    }
    return body;
  }

  private static JsonNode value(List<String> values, RandomStream random) {
    return read(values.get(random.nextInteger(0, values.size() - 1)));
  }

  private static JsonNode read(String json) {
    try {
      return new ObjectMapper().readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void collect(String prefix, JsonNode schema, Map<String, String> into) {
    schema
        .get("properties")
        .properties()
        .forEach(
            property -> {
              JsonNode value = CONTRACT.resolve(property.getValue());
              String type = value.get("type").isArray() ? "null" : value.get("type").asText();
              if (type.equals("array")) {
                type =
                    (value.path("maxItems").asInt() == 2 ? "range of " : "list of ")
                        + value.get("items").get("type").asText()
                        + "s";
              }
              if (type.equals("object") && !value.has("properties")) {
                type = "named values";
              }
              into.put(prefix + property.getKey(), type);
              if (type.equals("object")) {
                collect(prefix + property.getKey() + ".", value, into);
              }
            });
  }

  private static List<String> names(JsonNode list) {
    return list.findValuesAsText("name");
  }

  private static List<String> choices(String field) {
    List<String> choices = new ArrayList<>();
    CONTRACT
        .root()
        .at("/components/schemas/SplitInferenceRequest/properties/" + field + "/enum")
        .forEach(choice -> choices.add(choice.asText()));
    return choices;
  }
}
