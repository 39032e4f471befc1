package io.splitgym.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as people start it: a process of its own. */
class ServeCommandTest {
  @TempDir private Path folder;

  @Test
  void itPrintsOneDocumentServesAndStopsWhenToldTo() throws Exception {
    Process server = start("--port", "0", "--json");
    try {
      JsonNode document;
      try (BufferedReader out = server.inputReader(StandardCharsets.UTF_8)) {
        document = new ObjectMapper().readTree(documentOf(out));
        String url = document.get("url").asText();
        assertThat(url).isEqualTo("http://127.0.0.1:" + document.get("port").asInt());
        assertThat(get(url + "/health").body()).contains("\"status\":\"healthy\"");
        HttpResponse<String> llm =
            post(url + "/v1/envs", "{\"spec\": \"SplitInference-v0\", \"backend\": \"llm\"}");
        assertThat(llm.statusCode()).isEqualTo(409);
        assertThat(llm.body()).contains("./splitgym model pull smollm2-135m");

        // Process.destroy would close the streams too
        server.toHandle().destroy();
        assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(out.readLine()).isNull();
      }
      assertThat(server.exitValue()).isEqualTo(128 + 15);
    } finally {
      server.destroyForcibly();
    }
  }

  @Test
  void itTellsPeopleWhatToTry() throws Exception {
    Process server = start("--port", "0");
    try (BufferedReader out = server.inputReader(StandardCharsets.UTF_8)) {
      String first = out.readLine();
      assertThat(first).startsWith("SplitGym listens on http://127.0.0.1:");
      String url = first.substring(first.indexOf("http"));
      StringBuilder text = new StringBuilder();
      for (String line = out.readLine(); !line.startsWith("The contract"); line = out.readLine()) {
        text.append(line).append('\n');
      }
      assertThat(text).contains("curl").contains(url + "/v1/envs").contains("gymnasium.make");
    } finally {
      server.destroyForcibly();
    }
  }

  @Test
  void aPortOfADataFolderBelongsToOneServer() throws Exception {
    Process first = start("--port", "0", "--json");
    try (BufferedReader out = first.inputReader(StandardCharsets.UTF_8)) {
      int port = new ObjectMapper().readTree(documentOf(out)).get("port").asInt();
      Process second = start("--port", Integer.toString(port));
      assertThat(second.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(second.exitValue()).isEqualTo(1);
      assertThat(new String(second.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
          .contains("belong to a server that runs: process " + first.pid())
          .contains("--ephemeral")
          .doesNotContain("\tat ");
    } finally {
      first.destroyForcibly();
    }
  }

  @Test
  void itRefusesToLeaveLoopbackWithoutAToken() throws Exception {
    Process server = start("--port", "0", "--host", "0.0.0.0");
    assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(server.exitValue()).isEqualTo(2);
    assertThat(new String(server.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
        .contains("host is 0.0.0.0, must be a loopback address, or come with a token");
  }

  @Test
  void aNameForWhatIsNoModelEndsTheStart() throws Exception {
    Path text = Files.writeString(folder.resolve("notes.gguf"), "no model at all, only words");
    Process server = start("--port", "0", "--llm", "mine=" + text);
    assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(server.exitValue()).isEqualTo(2);
    assertThat(new String(server.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
        .contains("--llm is " + text + ", must be a GGUF file or a Hugging Face folder");
  }

  @Test
  void aTokenFromAFileIsAskedFor() throws Exception {
    Path token = Files.writeString(folder.resolve("token"), "s3cret\n");
    Process server =
        start("--port", "0", "--host", "0.0.0.0", "--token-file", token.toString(), "--json");
    try (BufferedReader out = server.inputReader(StandardCharsets.UTF_8)) {
      int port = new ObjectMapper().readTree(documentOf(out)).get("port").asInt();
      String url = "http://127.0.0.1:" + port + "/v1/envs";
      assertThat(get(url).statusCode()).isEqualTo(401);
      assertThat(
              send(HttpRequest.newBuilder(URI.create(url)).header("Authorization", "Bearer s3cret"))
                  .statusCode())
          .isEqualTo(200);
    } finally {
      server.destroyForcibly();
    }
  }

  private Process start(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                Main.class.getName(),
                "serve",
                "--data",
                folder.resolve("data").toString(),
                "--models",
                folder.resolve("models").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    // nothing of what whoever runs the tests has set up for themselves
    builder.environment().keySet().removeIf(name -> name.startsWith("SPLITGYM_"));
    builder.environment().put("XDG_CONFIG_HOME", folder.resolve("config").toString());
    builder.environment().put("HF_HOME", folder.resolve("huggingface").toString());
    return builder.start();
  }

  private static String documentOf(BufferedReader out) throws IOException {
    StringBuilder document = new StringBuilder();
    String line;
    do {
      line = out.readLine();
      document.append(line);
    } while (line != null && !line.equals("}"));
    return document.toString();
  }

  private static HttpResponse<String> get(String url) throws Exception {
    return send(HttpRequest.newBuilder(URI.create(url)));
  }

  private static HttpResponse<String> post(String url, String body) throws Exception {
    return send(
        HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
