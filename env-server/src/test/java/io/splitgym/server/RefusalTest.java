package io.splitgym.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.registry.AnalyticModels;
import io.splitgym.registry.CountingSpec;
import io.splitgym.server.TestClient.Answer;
import io.splitgym.session.SessionLimits;
import io.splitgym.validation.InvalidValueException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way in which the server says no. */
class RefusalTest {
  private static final String DEFAULTS = "{\"spec\": \"SplitInference-v0\"}";

  private static GymServer server;
  private static TestClient client;
  private static String running;

  @BeforeAll
  static void start() {
    server = TestServers.start();
    client = new TestClient(server);
    running = client.create(DEFAULTS);
    client.post(running + "/reset", "{}");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "nonsense",
        "[]",
        "null",
        "7",
        "{\"action\": 1",
        "{\"action\": 1} x",
        "{\"action\": 1}{}",
        "{\"action\": 1, \"action\": 1}",
        "{\"action\": NaN}",
        "{\"action\": Infinity}",
        "{'action': 1}",
        "{\"action\": 01}",
        "{\"action\": 1,}",
        "{\"action\": {\"a\": 1, \"a\": 2}}",
        "// comment\n{\"action\": 1}",
      })
  void whatIsNotOneJsonObjectIs400(String body) {
    Answer answer = client.post(running + "/step", body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.problem("type")).endsWith(":malformed-body");
  }

  @Test
  void bodiesNestedWithoutEndAre400() {
    String deep = "{\"action\": " + "[".repeat(5000) + "]".repeat(5000) + "}";
    assertThat(client.post(running + "/step", deep).status()).isEqualTo(400);
    String digits = "{\"action\": " + "9".repeat(5000) + "}";
    assertThat(client.post(running + "/step", digits).status()).isEqualTo(400);
  }

  @Test
  void aNameThatIsThereTwiceIsTold() {
    assertThat(
            client.post("/v1/envs", "{\"reward\": {\"kind\": 1, \"kind\": 1}}").problem("detail"))
        .contains("reward.kind is there twice");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/v1/envs | {} | spec",
        "/v1/envs | {\"spec\": 7} | spec",
        "/v1/envs | {\"spec\": null} | spec",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"aktions\": 5} | aktions",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"reward.kind\": \"objective\"} | reward.kind",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"actions\": \"5\"} | actions",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"actions\": 5.5} | actions",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"actions\": null} | actions",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"seed\": \"a\"} | seed",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"seed\": 1.5} | seed",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"backend\": 1} | backend",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"reward\": 1} | reward",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"reward\": {\"w\": 1}} | reward.w",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"reward\": {\"clip\": 1}} | reward.clip",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"sigmaRange\": [0.1]} | sigmaRange",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"channelParameters\": {\"snr\": 1}} |"
            + " channelParameters.snr",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"channelParameters\":"
            + " {\"blockTokens\": 1.5}} | channelParameters.blockTokens",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"splitRange\": [1, 2.5]} | splitRange",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"llm\": {\"modell\": \"x\"}} | llm.modell",
        "RUNNING/step | {} | action",
        "RUNNING/step | {\"action\": \"2\"} | action",
        "RUNNING/step | {\"action\": 1.5} | action",
        "RUNNING/step | {\"action\": true} | action",
        "RUNNING/step | {\"action\": null} | action",
        "RUNNING/step | {\"action\": 1, \"seed\": 1} | seed",
        "RUNNING/reset | {\"sed\": 1} | sed",
        "RUNNING/reset | {\"seed\": \"1\"} | seed",
        "RUNNING/reset | {\"options\": []} | options",
        "RUNNING/reset | {\"options\": {\"noise\": 1}} | options.noise",
        "RUNNING/reset | {\"options\": {\"p\": 1.5}} | options.p",
        "RUNNING/reset | {\"options\": {\"sigma\": \"high\"}} | options.sigma",
      })
  void unknownMissingAndMistypedFieldsAre400AndNamed(String path, String body, String field) {
    Answer answer = client.post(path.replace("RUNNING", running), body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.problem("type")).endsWith(":malformed-request");
    assertThat(answer.problem("field")).isEqualTo(field);
    assertThat(answer.problem("allowed")).isNotBlank();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/v1/envs | {\"spec\": \"CartPole-v1\"} | spec | CartPole-v1",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"backend\": \"oracle\"} | backend | oracle",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"preset\": \"X\"} | preset | X",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"channel\": \"wire\"} | channel | wire",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"channelParameters\": {\"noiseUnit\": 0}} |"
            + " channelParameters.noiseUnit | 0.0",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"channelParameters\":"
            + " {\"packetElements\": 8}} | channelParameters.packetElements | 8",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"channelParameters\":"
            + " {\"blockTokens\": 16}} | channelParameters.blockTokens | 16",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"actions\": 4} | actions | 4",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"seed\": 1e30} | seed | 1.0E30",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"splitRange\": [1, 30]} | splitRange |"
            + " [1, 30]",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"sigmaRange\": [0, 0.95]} | sigmaRange |"
            + " [0, 0.95]",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"reward\": {\"loadWeight\": -1}} |"
            + " reward.loadWeight | -1",
        "/v1/envs | {\"spec\": \"SplitInference-v0\", \"llm\": {\"model\": \"x\"}} | llm |"
            + " {model=x}",
        "RUNNING/step | {\"action\": 5} | action | 5",
        "RUNNING/step | {\"action\": -1} | action | -1",
        "RUNNING/step | {\"action\": [1]} | action | [1]",
        "RUNNING/step | {\"action\": []} | action | []",
        "RUNNING/step | {\"action\": 99999999999999999999} | action | 99999999999999999999",
        "RUNNING/step | {\"action\": 4294967296} | action | 4294967296",
        "RUNNING/reset | {\"options\": {\"sigma\": 0.31}} | options.sigma | 0.31",
        "RUNNING/reset | {\"options\": {\"sigma\": 1e999}} | options.sigma | Infinity",
        "RUNNING/reset | {\"options\": {\"p\": 0}} | options.p | 0",
      })
  void valuesThatAreNotAllowedAre422AndNamed(String path, String body, String field, String value) {
    Answer answer = client.post(path.replace("RUNNING", running), body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(422);
    assertThat(answer.problem("type")).endsWith(":value-not-allowed");
    assertThat(answer.problem("field")).isEqualTo(field);
    assertThat(answer.problem("value")).isEqualTo(value);
    assertThat(answer.problem("allowed")).isNotBlank();
  }

  @Test
  void aRefusedRequestChangesNothing() {
    String path = client.create("{\"spec\": \"SplitInference-v0\", \"seed\": 5}");
    String twin = client.create("{\"spec\": \"SplitInference-v0\", \"seed\": 5}");
    client.post(path + "/reset", "{\"options\": {\"sigma\": 7}}");
    client.post(path + "/step", "{\"action\": 0}");
    assertThat(client.post(path + "/reset", "{}").text())
        .isEqualTo(client.post(twin + "/reset", "{}").text());
    client.post(path + "/step", "{\"action\": 77}");
    assertThat(client.post(path + "/step", "{\"action\": 4}").text())
        .isEqualTo(client.post(twin + "/step", "{\"action\": 4}").text());
  }

  @Test
  void stepsOutsideOfAnEpisodeAre409() {
    String path = client.create("{\"spec\": \"SplitInference-v0\", \"episodeSteps\": 1}");
    Answer before = client.post(path + "/step", "{\"action\": 0}");
    assertThat(before.status()).isEqualTo(409);
    assertThat(before.problem("detail")).contains("reset");
    client.post(path + "/reset", "{}");
    client.post(path + "/step", "{\"action\": 0}");
    assertThat(client.post(path + "/step", "{\"action\": 0}").status()).isEqualTo(409);
  }

  @Test
  void aModelThatIsNotThereIs409WithTheCommandThatPullsIt() {
    Answer answer =
        client.post("/v1/envs", "{\"spec\": \"SplitInference-v0\", \"backend\": \"llm\"}");
    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.problem("type")).endsWith(":backend-unavailable");
    assertThat(answer.problem("command")).isEqualTo(AnalyticModels.PULL);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /v1/envs/nobody",
    "DELETE, /v1/envs/nobody",
    "POST, /v1/envs/nobody/reset",
    "GET, /v1/env-specs/Nobody-v0",
    "GET, /nothing",
    "GET, /v2/envs",
    "POST, /v1/envs/nobody/jump",
    "GET, /v1/envs/a%2Fb%20%F0%9F%98%80",
  })
  void whatIsNotThereIs404(String method, String path) {
    assertThat(client.send(method, path, null).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PUT | /v1/envs | GET, POST",
        "POST | /health | GET",
        "GET | /v1/envs/x/step | POST",
        "PATCH | /v1/envs/x | DELETE, GET",
        "OPTIONS | /v1/envs | GET, POST",
      })
  void methodsThatAPathDoesNotKnowAre405(String method, String path, String allow) {
    Answer answer = client.send(method, path, null);
    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.header("Allow")).isEqualTo(allow);
    assertThat(answer.header("Access-Control-Allow-Origin")).isNull();
  }

  @Test
  void aBodyOfAMebibyteIsReadAndOneByteMoreIs413() {
    String largest = padded(1 << 20);
    assertThat(client.post(running + "/step", largest).status()).isEqualTo(200);
    Answer declared = client.post(running + "/step", padded((1 << 20) + 1));
    assertThat(declared.status()).isEqualTo(413);
    assertThat(declared.problem("allowed")).isEqualTo("at most 1048576 bytes");

    byte[] bytes = padded(3 << 20).getBytes(StandardCharsets.UTF_8);
    Answer chunked =
        client.send(
            HttpRequest.newBuilder(client.address().resolve(running + "/step"))
                .header("Content-Type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofInputStream(
                        () -> new java.io.ByteArrayInputStream(bytes)))
                .build());
    assertThat(chunked.status()).isEqualTo(413);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "application/json; charset=latin1",
      })
  void otherContentTypesAre415(String type) {
    Answer answer = client.send("POST", running + "/step", "{\"action\": 0}", "Content-Type", type);
    assertThat(answer.status()).isEqualTo(415);
    assertThat(answer.problem("value")).isEqualTo(type);
  }

  @Test
  void compressedBodiesAre415() {
    assertThat(
            client
                .send("POST", running + "/step", "{\"action\": 0}", "Content-Encoding", "gzip")
                .status())
        .isEqualTo(415);
    assertThat(
            client
                .send(
                    "POST",
                    running + "/reset",
                    "{}",
                    "Content-Type",
                    "Application/JSON; charset=\"UTF-8\"")
                .status())
        .isEqualTo(200);
  }

  @Test
  void whatAClientSentComesBackShortAndWhole() {
    Answer answer = client.post(running + "/step", "{\"" + "x".repeat(40_000) + "\": 1}");
    assertThat(answer.problem("field")).hasSize(300).endsWith("…");
    assertThat(client.post(running + "/step", "{\"\\ud800\": 1}").problem("field")).isEqualTo("?");
  }

  @Test
  void tooManyEnvironmentsAre429UntilOneIsDeleted() {
    SessionLimits limits = TestServers.limits(2, 16);
    try (GymServer small =
        TestServers.start(TestServers.settings(limits, null), new CountingSpec())) {
      TestClient its = new TestClient(small);
      its.create(DEFAULTS);
      String second = its.create(DEFAULTS);
      its.post("/v1/envs", "{\"spec\": \"SplitInference-v0\", \"actions\": 4}");
      Answer refused = its.post("/v1/envs", DEFAULTS);
      assertThat(refused.status()).isEqualTo(429);
      assertThat(refused.problem("allowed")).isEqualTo("at most 2");
      assertThat(Integer.parseInt(String.valueOf(refused.header("Retry-After"))))
          .isBetween(1, 1800);
      its.delete(second);
      its.post("/v1/envs", "{\"spec\": \"SplitInference-v0\", \"actions\": 4}");
      its.create(DEFAULTS);
    }
  }

  @Test
  void tooManyCallsOnOneEnvironmentAre429AndTheOthersAreAnswered() throws Exception {
    CountingSpec counting = new CountingSpec();
    SessionLimits limits = TestServers.limits(8, 1);
    try (GymServer small = TestServers.start(TestServers.settings(limits, null), counting)) {
      TestClient its = new TestClient(small);
      String path = its.create("{\"spec\": \"" + CountingSpec.ID + "\"}");
      its.post(path + "/reset", "{}");
      CompletableFuture<Answer> working =
          CompletableFuture.supplyAsync(() -> its.post(path + "/step", "{\"action\": [9, 0]}"));
      assertThat(counting.waiting.await(20, TimeUnit.SECONDS)).isTrue();
      CompletableFuture<Answer> second =
          CompletableFuture.supplyAsync(() -> its.post(path + "/step", "{\"action\": [1, 0]}"));
      CompletableFuture<Answer> third =
          CompletableFuture.supplyAsync(() -> its.post(path + "/step", "{\"action\": [1, 0]}"));
      Answer refused = (Answer) CompletableFuture.anyOf(second, third).get(20, TimeUnit.SECONDS);
      assertThat(refused.status()).isEqualTo(429);
      assertThat(refused.header("Retry-After")).isEqualTo("1");
      // nothing else is held up meanwhile
      assertThat(its.get(path).status()).isEqualTo(200);
      its.create(DEFAULTS);

      counting.latch.countDown();
      assertThat(working.get(20, TimeUnit.SECONDS).status()).isEqualTo(200);
      CompletableFuture.allOf(second, third).get(20, TimeUnit.SECONDS);
      assertThat(second.get().status() + third.get().status()).isEqualTo(200 + 429);
      assertThat(counting.mostAtOnce.get()).isEqualTo(1);
    }
  }

  @Test
  void whatNobodyExpectedIs500AndTellsNothing() {
    String path = client.create("{\"spec\": \"" + CountingSpec.ID + "\"}");
    client.post(path + "/reset", "{}");
    Answer answer = client.post(path + "/step", "{\"action\": [8, 0]}");
    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.text()).doesNotContain("secret");
    assertThat(client.post(path + "/step", "{\"action\": [1, 0]}").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.example", "evil.example:80", "127.0.0.1.evil.example", "10.0.0.1"})
  void anotherHostsNameOnLoopbackIs403(String host) throws IOException {
    assertThat(raw("GET /health HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 403")
        .contains("urn:splitgym:problem:host-not-allowed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LOCALHOST:9", "127.0.0.1:1234", "[::1]:8642"})
  void ownNamesOnLoopbackAreServedWhateverThePort(String host) throws IOException {
    assertThat(raw("GET /health HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 200")
        .doesNotContain("Server:")
        .doesNotContain("Set-Cookie");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense\r\n\r\n",
        "GET /health HTTP/1.1\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET /v1/envs/%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "POST /v1/envs HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: localhost\r\nExpect: more\r\nConnection: close\r\n\r\n",
      })
  void whatIsHardlyHttpGetsAProblemToo(String request) throws IOException {
    String answer = raw(request);
    assertThat(answer).startsWith("HTTP/1.1 4").contains("application/problem+json");
    assertThat(answer).contains("urn:splitgym:problem:").doesNotContain("jetty", "Exception");
    assertThat(answer).contains("\"status\":" + statusOf(answer));
  }

  @Test
  void longAddressesAndHeadersAreRefusedByTheirLimit() throws IOException {
    String most = "x".repeat(8_000);
    String end = "\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    assertThat(raw("GET /v1/envs?q=" + most + " HTTP/1.1" + end)).startsWith("HTTP/1.1 400");

    String address = raw("GET /v1/envs?q=" + most + most + " HTTP/1.1" + end);
    assertThat(statusOf(address)).isEqualTo("414");
    assertThat(address)
        .contains("urn:splitgym:problem:address-too-long", "\"status\":414", "at most 8192");

    String header = raw("GET /v1/envs HTTP/1.1\r\nX-Long: " + most + most + end);
    assertThat(statusOf(header)).isEqualTo("431");
    assertThat(header)
        .contains("urn:splitgym:problem:header-too-large", "\"status\":431", "max-header-bytes");
  }

  @Test
  void withATokenNothingButHealthIsOpen() {
    try (GymServer guarded =
        TestServers.start(
            TestServers.settings(SessionLimits.DEFAULT, "s3cret"), new CountingSpec())) {
      TestClient its = new TestClient(guarded);
      assertThat(its.get("/health").status()).isEqualTo(200);
      Answer refused = its.get("/v1/envs");
      assertThat(refused.status()).isEqualTo(401);
      assertThat(refused.header("WWW-Authenticate")).startsWith("Bearer");
      assertThat(its.get("/v1/handshake").status()).isEqualTo(401);
      assertThat(its.get("/openapi.yaml").status()).isEqualTo(200);
      assertThat(its.get("/nowhere").status()).isEqualTo(401);
      assertThat(status(its, "Bearer wrong")).isEqualTo(401);
      assertThat(status(its, "Basic s3cret")).isEqualTo(401);
      assertThat(status(its, "Bearer s3cret")).isEqualTo(200);
      assertThat(status(its, "bearer  s3cret")).isEqualTo(200);
    }
  }

  @Test
  void withoutATokenAServerStaysOnLoopback() {
    assertThatThrownBy(() -> ServerSettings.of("0.0.0.0", 0, null, SessionLimits.DEFAULT))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("host is 0.0.0.0, must be a loopback address, or come with a token");
    assertThat(ServerSettings.of("0.0.0.0", 0, "t", SessionLimits.DEFAULT).onLoopback()).isFalse();
    assertThatThrownBy(() -> ServerSettings.of("localhost", 0, "two words", SessionLimits.DEFAULT))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageNotContaining("two words");
  }

  @Test
  void aTakenPortIsTold() {
    assertThatThrownBy(
            () ->
                GymServer.start(
                    ServerSettings.onLoopback(server.port()),
                    new io.splitgym.registry.EnvironmentRegistry(java.util.List.of())))
        .isInstanceOf(BindException.class)
        .hasMessageContaining("port " + server.port());
  }

  private static int status(TestClient client, String authorization) {
    return client.send("GET", "/v1/envs", null, "Authorization", authorization).status();
  }

  private static String statusOf(String answer) {
    return answer.substring("HTTP/1.1 ".length(), "HTTP/1.1 400".length());
  }

  private static String padded(int bytes) {
    String body = "{\"action\": 0}";
    return body + " ".repeat(bytes - body.length());
  }

  private static String raw(String request) throws IOException {
    URI address = server.address();
    try (Socket socket = new Socket(address.getHost(), address.getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      socket.getInputStream().transferTo(answer);
      return answer.toString(StandardCharsets.UTF_8);
    }
  }
}
