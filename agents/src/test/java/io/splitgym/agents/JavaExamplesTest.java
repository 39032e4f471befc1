package io.splitgym.agents;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** examples/java, compiled against these classes and run as its README says, in processes. */
class JavaExamplesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path PROJECT = Path.of("..", "examples", "java", "src", "main");
  private static final String LATENCY =
      "\"reward\": {\"kind\": \"latency\", \"parameters\": {\"weight\": 3}}";

  @TempDir private static Path folder;
  private static Path plugin = Path.of("");

  @BeforeAll
  static void build() throws IOException {
    Path classes = Files.createDirectories(folder.resolve("classes"));
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-proc:none",
                "--release",
                "17",
                "-Xlint:all",
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                classes.toString()));
    try (Stream<Path> sources = Files.walk(PROJECT.resolve("java"))) {
      sources
          .filter(file -> file.toString().endsWith(".java"))
          .forEach(file -> arguments.add(file.toString()));
    }
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new));
    assertThat(result).isZero();
    plugin = folder.resolve("example.jar");
    try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(plugin))) {
      add(classes, jar);
      add(PROJECT.resolve("resources"), jar);
    }
  }

  @Test
  void ownAgentLearnsWithAnOwnReward() throws Exception {
    JsonNode trained =
        JSON.readTree(
            output(
                "train",
                "--agent=random-search",
                "--hyperparameter=episodes=6",
                "--reward=latency",
                "--reward-parameter=weight=2",
                "--steps=30000",
                "--episodes=50",
                "--compare=greedy,static:8",
                "--json"));
    assertThat(trained.path("agent").asText()).isEqualTo("random-search");
    assertThat(trained.path("hyperparameters").path("episodes").asInt()).isEqualTo(6);
    assertThat(trained.path("reward").path("parameters").toString())
        .isEqualTo("{\"weight\":2.0,\"layerSeconds\":0.02,\"sendSeconds\":0.1}");
    double random = trained.path("randomReturn").asDouble();
    double optimal = trained.path("optimalReturn").asDouble();
    assertThat(trained.path("normalizedScore").asDouble()).isBetween(0.5, 1.0);
    assertThat(trained.path("compared").path("greedy").asDouble()).isBetween(random, optimal);
    assertThat(trained.path("compared").has("static:8")).isTrue();
  }

  @Test
  void ownAgentLearnsInAnOwnEnvironment() throws Exception {
    JsonNode trained =
        JSON.readTree(
            output(
                "train",
                "--agent=random-search",
                "--env=BatterySplit-v0",
                "--env-parameter=drain=0.02",
                "--steps=20000",
                "--episodes=50",
                "--save=" + folder.resolve("policy.safetensors"),
                "--json"));
    assertThat(folder.resolve("policy.safetensors")).isNotEmptyFile();
    // a battery lasts the longer the fewer layers are computed
    assertThat(trained.path("return").path("mean").asDouble())
        .isGreaterThan(trained.path("randomReturn").asDouble() + 5);
  }

  @Test
  void serversServeWhatIsAddedAndKeepIt() throws Exception {
    Path data = folder.resolve("data");
    String url;
    String id;
    JsonNode second;
    String fingerprint;
    try (Server server = new Server(data, true)) {
      url = server.url;
      JsonNode specs = get(url + "/v1/env-specs");
      assertThat(specs.findValuesAsText("id")).contains("BatterySplit-v0", "SplitInference-v0");
      assertThat(specs.toString()).contains("latency: -(ln PPL").contains("burstTokens (number");

      JsonNode made = post(url, "/v1/envs", "{\"spec\": \"SplitInference-v0\", " + LATENCY + "}");
      id = made.path("id").asText();
      fingerprint = made.path("fingerprint").asText();
      assertThat(made.at("/parameters/reward/parameters/weight").asDouble()).isEqualTo(3);
      String plain =
          post(url, "/v1/envs", "{\"spec\": \"SplitInference-v0\"}").path("fingerprint").asText();
      assertThat(fingerprint).hasSize(64).isNotEqualTo(plain);
      post(url, "/v1/envs/" + id + "/reset", "{\"seed\": 42}");
      JsonNode first = post(url, "/v1/envs/" + id + "/step", "{\"action\": 2}");
      assertThat(first.at("/info/rewardTerms"))
          .hasSize(3)
          .allSatisfy(term -> assertThat(term.asDouble()).isNegative());

      JsonNode vector =
          post(
              url,
              "/v1/vector-envs",
              "{\"spec\": \"SplitInference-v0\", \"numEnvs\": 3, " + LATENCY + "}");
      String of = "/v1/vector-envs/" + vector.path("id").asText();
      post(url, of + "/reset", "{\"seed\": 42}");
      JsonNode steps = post(url, of + "/step", "{\"actions\": [2, 2, 2]}");
      assertThat(steps.at("/rewards/0").asDouble()).isEqualTo(first.path("reward").asDouble());
      assertThat(steps.at("/infos/rewardTerms/sending")).hasSize(3);

      String phone =
          post(url, "/v1/envs", "{\"spec\": \"BatterySplit-v0\", \"drain\": 0.5}")
              .path("id")
              .asText();
      post(url, "/v1/envs/" + phone + "/reset", "{\"seed\": 1, \"options\": {}}");
      JsonNode step = post(url, "/v1/envs/" + phone + "/step", "{\"action\": 2}");
      assertThat(step.path("terminated").isBoolean()).as(step.toString()).isTrue();

      refused(url, "\"reward\": {\"kind\": \"joy\"}", "reward.kind", "latency");
      refused(
          url,
          "\"reward\": {\"kind\": \"latency\", \"parameters\": {\"weight\": -1}}",
          "reward.parameters.weight",
          "in [0.0, 1000.0]");
      refused(
          url,
          "\"reward\": {\"kind\": \"latency\", \"parameters\": {\"colour\": 1}}",
          "reward.parameters.colour",
          "known are weight");
      refused(
          url,
          "\"reward\": {\"kind\": \"latency\", \"parameters\": {\"weight\": \"3\"}}",
          "reward.parameters.weight",
          "in [0.0, 1000.0]");
      refused(url, "\"channel\": \"bursts\"", "channel", "--surrogate");
      refused(
          url,
          "\"channel\": \"bursts\", \"channelParameters\": {\"parameters\": {\"burstTokens\": 0}}",
          "channelParameters.parameters.burstTokens",
          "in [1.0, 1000.0]");
    }
    // the server was killed; the next one goes on, with the same reward
    try (Server server = new Server(data, true, url)) {
      assertThat(get(url + "/v1/envs/" + id).path("fingerprint").asText()).isEqualTo(fingerprint);
      second = post(url, "/v1/envs/" + id + "/step", "{\"action\": 2}");
      assertThat(second.at("/info/rewardTerms")).hasSize(3);
    }
    // and one that doesn't know the reward says so
    try (Server server = new Server(data, false, url)) {
      HttpResponse<String> answer = send(url, "/v1/envs/" + id + "/step", "{\"action\": 2}");
      assertThat(answer.statusCode()).as(answer.body()).isBetween(400, 499);
    }
  }

  private static void refused(String url, String field, String names, String allowed)
      throws Exception {
    HttpResponse<String> answer =
        send(url, "/v1/envs", "{\"spec\": \"SplitInference-v0\", " + field + "}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
    JsonNode problem = JSON.readTree(answer.body());
    assertThat(problem.path("field").asText()).isEqualTo(names);
    assertThat(problem.path("allowed").asText()).contains(allowed);
  }

  private static void add(Path from, JarOutputStream jar) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        jar.putNextEntry(new JarEntry(from.relativize(file).toString().replace('\\', '/')));
        Files.copy(file, jar);
        jar.closeEntry();
      }
    }
  }

  private static ProcessBuilder program(boolean extended, List<String> arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path")
                    + (extended ? File.pathSeparator + plugin : ""),
                "io.splitgym.cli.Main"));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("SPLITGYM_"));
    // what the launcher reads, for the program mustn't take it for a setting that nobody knows
    builder.environment().put("SPLITGYM_PLUGINS", folder.toString());
    builder.environment().put("XDG_DATA_HOME", folder.toString());
    builder.environment().put("XDG_CACHE_HOME", folder.toString());
    builder.environment().put("XDG_CONFIG_HOME", folder.toString());
    return builder.redirectError(ProcessBuilder.Redirect.INHERIT);
  }

  private static String output(String... arguments) throws Exception {
    Process process = program(true, List.of(arguments)).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return output;
  }

  private static JsonNode get(String url) throws Exception {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(60)).build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static JsonNode post(String url, String path, String body) throws Exception {
    HttpResponse<String> answer = send(url, path, body);
    assertThat(answer.statusCode()).as(answer.body()).isLessThan(300);
    return JSON.readTree(answer.body());
  }

  private static HttpResponse<String> send(String url, String path, String body) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(url + path))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  /** A server in a process of its own, killed when it is closed. */
  private static final class Server implements AutoCloseable {
    private final Process process;
    private final String url;

    Server(Path data, boolean extended) throws IOException {
      this(data, extended, null);
    }

    /**
     * @param before where one listened whose environments it is to go on with
     */
    Server(Path data, boolean extended, @Nullable String before) throws IOException {
      int port = before == null ? 0 : URI.create(before).getPort();
      process =
          program(extended, List.of("serve", "--port=" + port, "--data=" + data, "--json")).start();
      BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      StringBuilder document = new StringBuilder();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        document.append(line);
        if (line.equals("}")) {
          break;
        }
      }
      url = JSON.readTree(document.toString()).path("url").asText();
      assertThat(url).startsWith("http://");
    }

    @Override
    public void close() throws InterruptedException {
      process.destroyForcibly();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
  }
}
