package io.splitgym.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import io.splitgym.random.RandomStream;
import io.splitgym.registry.CountingSpec;
import io.splitgym.server.TestClient.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same values as JSON and as CBOR. */
class EncodingTest {
  private static final String DEFAULTS = "{\"spec\": \"SplitInference-v0\", \"seed\": 3}";
  private static final ObjectMapper CBOR = new CBORMapper();

  private static GymServer server;
  private static TestClient client;

  @BeforeAll
  static void start() {
    server = TestServers.start();
    client = new TestClient(server);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void cborHoldsWhatJsonHolds() throws IOException {
    String one = client.create(DEFAULTS);
    Answer made = client.postCbor("/v1/envs", DEFAULTS);
    assertThat(made.status()).isEqualTo(201);
    String two = "/v1/envs/" + made.json().get("id").asText();
    assertThat(listsForArrays(made.json()).get("observationSpace"))
        .isEqualTo(client.get(one).json().get("observationSpace"));

    assertThat(listsForArrays(client.postCbor(two + "/reset", "{\"seed\": 9}").json()))
        .isEqualTo(client.post(one + "/reset", "{\"seed\": 9}").json());
    for (int action : new int[] {2, 4, 1, 0}) {
      String body = "{\"action\": " + action + "}";
      JsonNode step = client.postCbor(two + "/step", body).json();
      assertThat(step.at("/observation/dtype").asText()).isEqualTo("float32");
      assertThat(step.at("/observation/shape").toString()).isEqualTo("[3]");
      assertThat(step.at("/observation/data").isBinary()).isTrue();
      assertThat(listsForArrays(step)).isEqualTo(client.post(one + "/step", body).json());
    }
  }

  @Test
  void problemsAreInTheEncodingThatWasAskedFor() {
    Answer answer = client.postCbor("/v1/envs", "{\"spec\": 7}");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.header("Content-Type")).isEqualTo("application/cbor");
    assertThat(answer.problem("field")).isEqualTo("spec");
    Answer json = client.post("/v1/envs", "{\"spec\": 7}");
    assertThat(json.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(answer.json()).isEqualTo(json.json());
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      delimiter = '|',
      value = {
        "- | application/json",
        "*/* | application/json",
        "application/* | application/json",
        "application/json | application/json",
        "application/cbor | application/cbor",
        "Application/CBOR | application/cbor",
        "text/html, application/cbor | application/cbor",
        "application/json;q=0.5, application/cbor | application/cbor",
        "application/cbor;q=0.5, */*;q=0.1 | application/cbor",
        "application/json;q=0, */* | application/cbor",
        "application/problem+json | application/json",
      })
  void acceptChoosesTheAnswersEncoding(String accept, String type) {
    Answer answer =
        accept == null
            ? client.get("/health")
            : client.send("GET", "/health", null, "Accept", accept);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo(type);
    assertThat(answer.json().get("status").asText()).isEqualTo("healthy");
  }

  @Test
  void anAnswerHasTheFormOfTheBodyWhereAcceptLeavesTheChoice() throws IOException {
    Answer answer =
        client.send(
            HttpRequest.newBuilder(client.address().resolve("/v1/envs"))
                .header("Content-Type", "application/cbor")
                .header("Accept", "*/*")
                .POST(
                    HttpRequest.BodyPublishers.ofByteArray(
                        CBOR.writeValueAsBytes(new ObjectMapper().readTree(DEFAULTS))))
                .build());
    assertThat(answer.header("Content-Type")).isEqualTo("application/cbor");
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/html", "application/json;q=0, application/cbor;q=0", "nonsense"})
  void anAnswerInNoKnownFormIs406(String accept) {
    Answer answer = client.send("GET", "/health", null, "Accept", accept);
    assertThat(answer.status()).isEqualTo(406);
    assertThat(answer.problem("value")).isEqualTo(accept);
  }

  @Test
  void requestsMayHoldTypedArraysInEitherEncoding() {
    ByteBuffer doubles = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    doubles.putDouble(1).putDouble(0.05);
    String text = Base64.getEncoder().encodeToString(doubles.array());
    ObjectNode body = new ObjectMapper().createObjectNode();
    ObjectNode action = body.putObject("action");
    action.put("dtype", "float64").putArray("shape").add(2);
    action.put("data", doubles.array());

    String path = client.create("{\"spec\": \"" + CountingSpec.ID + "\"}");
    client.post(path + "/reset", "{}");
    Answer cbor = client.postCbor(path + "/step", bytes(body));
    assertThat(cbor.status()).as(cbor.json().toString()).isEqualTo(200);
    Answer json =
        client.post(
            path + "/step",
            "{\"action\": {\"dtype\": \"float64\", \"shape\": [2], \"data\": \"" + text + "\"}}");
    assertThat(json.json().get("observation").asInt()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"dtype\": \"float16\", \"shape\": [2], \"data\": \"\"} | action.dtype",
        "{\"dtype\": \"float32\", \"shape\": [3], \"data\": \"AAAAAAAAAAA=\"} | action.data",
        "{\"dtype\": \"float32\", \"shape\": [2], \"data\": \"AA$\"} | action.data",
        "{\"dtype\": \"float32\", \"shape\": [], \"data\": \"\"} | action.shape",
        "{\"dtype\": \"float32\", \"shape\": [-1], \"data\": \"\"} | action.shape",
        "{\"dtype\": \"int8\", \"shape\": [1000000000, 0], \"data\": \"\"} | action.shape",
        "{\"dtype\": \"int64\", \"shape\": [2147483647, 2147483647, 2147483647], \"data\": \"\"}"
            + " | action.data",
      })
  void aTypedArrayThatContradictsItselfIs422(String array, String field) {
    String path = client.create("{\"spec\": \"" + CountingSpec.ID + "\"}");
    client.post(path + "/reset", "{}");
    Answer answer = client.post(path + "/step", "{\"action\": " + array + "}");
    assertThat(answer.status()).as(answer.text()).isEqualTo(422);
    assertThat(answer.problem("field")).isEqualTo(field);
  }

  @ParameterizedTest
  @CsvSource({
    "01, an integer",
    "a1, a map that breaks off",
    "a16161, a name that breaks off",
    "a266616374696f6e0166616374696f6e01, a name twice",
    "a166616374696f6e0101, something behind it",
    "a166616374696f6e41ff, a byte string where none belongs",
    "a166616374696f6eff, a break where none belongs",
    "a1820102, a name that is no text",
    "a166616374696f6e1c, a reserved length",
    "a166616374696f6e7fff00, a text that isn't",
    "ff, nothing but a break",
  })
  void whatIsNotOneCborObjectIs400(String hex, String what) {
    String path = client.create(DEFAULTS);
    client.post(path + "/reset", "{}");
    Answer answer = client.postCbor(path + "/step", HexFormat.of().parseHex(hex));
    assertThat(answer.status()).as(what).isEqualTo(400);
  }

  @Test
  void cborNestedWithoutEndIs400AndNamesTheLimit() {
    StringBuilder hex = new StringBuilder("a166616374696f6e");
    hex.append("81".repeat(4_000)).append("00");
    String path = client.create(DEFAULTS);
    Answer answer = client.postCbor(path + "/step", HexFormat.of().parseHex(hex));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.problem("detail")).contains("at most 32 deep");
  }

  @Test
  void bytesAtRandomNeverGetMoreThanARefusal() {
    String path = client.create(DEFAULTS);
    client.post(path + "/reset", "{}");
    RandomStream random = RandomStream.ofSeed(1).named("bytes");
    for (int i = 0; i < 500; i++) {
      byte[] body = new byte[random.nextInteger(1, 40)];
      for (int j = 0; j < body.length; j++) {
        body[j] = (byte) random.nextInteger(0, 255);
      }
      body[0] = (byte) (i % 2 == 0 ? 0xa1 : 0xbf);
      assertThat(client.postCbor(path + "/step", body).status())
          .as(HexFormat.of().formatHex(body))
          .isBetween(200, 499);
    }
  }

  @Test
  void theHandshakeTellsWhatThereIs() {
    JsonNode handshake = client.get("/v1/handshake").json();
    assertThat(handshake.get("protocol").asText()).isEqualTo("1.0");
    assertThat(handshake.get("encodings").toString())
        .isEqualTo("[\"application/json\",\"application/cbor\"]");
    assertThat(handshake.at("/limits/sessions").asInt()).isEqualTo(10_000);
    assertThat(handshake.at("/specs/0/backends").toString()).isEqualTo("[\"surrogate\",\"llm\"]");
    assertThat(handshake.get("messages").toString()).contains("\"step\"");
  }

  @Test
  void theContractIsAPageThatLoadsNothingFromElsewhere() {
    Answer page = client.get("/docs");
    assertThat(page.header("Content-Type")).startsWith("text/html");
    assertThat(page.header("Content-Security-Policy"))
        .contains("default-src 'none'", "script-src 'self';", "frame-ancestors 'none'");
    assertThat(page.text())
        .doesNotContain("http:", "https:", "style=", "onload")
        .doesNotContainPattern("<script[^>]*>[^<]");
    List<String> files = new ArrayList<>();
    Matcher matcher = Pattern.compile("(?:src|href)=\"([^\"]+)\"").matcher(page.text());
    while (matcher.find()) {
      files.add(matcher.group(1));
      assertThat(client.get(matcher.group(1)).status()).as(matcher.group(1)).isEqualTo(200);
    }
    assertThat(files).hasSizeGreaterThan(3);
    assertThat(client.get("/docs/swagger-initializer.js").status()).isEqualTo(404);
    assertThat(client.get("/docs/..%2f..%2fopenapi.yaml").status()).isIn(400, 404);
  }

  private static byte[] bytes(JsonNode body) {
    try {
      return CBOR.writeValueAsBytes(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same body with float32 arrays as JSON has them. */
  private static JsonNode listsForArrays(JsonNode body) throws IOException {
    if (body.isObject() && body.has("dtype") && body.has("data")) {
      assertThat(body.get("dtype").asText()).isEqualTo("float32");
      ByteBuffer data = ByteBuffer.wrap(body.get("data").binaryValue());
      StringBuilder list = new StringBuilder("[");
      data.order(ByteOrder.LITTLE_ENDIAN);
      while (data.hasRemaining()) {
        list.append(list.length() > 1 ? "," : "").append(data.getFloat());
      }
      return new ObjectMapper().readTree(list.append("]").toString());
    }
    if (body.isObject()) {
      ObjectNode object = new ObjectMapper().createObjectNode();
      for (var member : body.properties()) {
        object.set(member.getKey(), listsForArrays(member.getValue()));
      }
      return new ObjectMapper().readTree(object.toString().getBytes(StandardCharsets.UTF_8));
    }
    return body;
  }
}
