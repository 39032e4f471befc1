package io.splitgym.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A server process from its start to its first answered step, over HTTP.
 *
 * @param listening seconds until the address is printed
 * @param answered seconds until the step is answered
 * @param processor seconds of processor time that the server had taken by then; NaN where the
 *     system doesn't tell
 */
record FirstStep(double listening, double answered, double processor) {
  private static final double NANOS = 1e9;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Starts a server, asks it for one step, and ends it.
   *
   * @param program what runs the command line, such as {@code ./splitgym}
   * @param variables added to the environment
   * @param data an empty folder for the server's state
   * @throws CommandFailedException if no step is answered within a minute
   */
  static FirstStep of(
      List<String> program, Map<String, String> variables, Path data, HttpClient client)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(program);
    command.addAll(List.of("serve", "--port", "0", "--json", "--data", data.toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().keySet().removeIf(name -> name.startsWith("SPLITGYM_"));
    builder.environment().put("XDG_CONFIG_HOME", data.toString());
    builder.environment().putAll(variables);
    long start = System.nanoTime();
    Process server = builder.start();
    ScheduledExecutorService limit = Executors.newSingleThreadScheduledExecutor();
    try (BufferedReader out = server.inputReader(StandardCharsets.UTF_8)) {
      // a server that says nothing would keep the reading below waiting
      limit.schedule(server::destroyForcibly, PATIENCE.toSeconds(), TimeUnit.SECONDS);
      String url = address(out);
      double listening = (System.nanoTime() - start) / NANOS;
      JsonNode made = post(client, url + "/v1/envs", "{\"spec\": \"SplitInference-v0\"}");
      String environment = url + "/v1/envs/" + made.path("id").asText();
      post(client, environment + "/reset", "{\"seed\": 42}");
      post(client, environment + "/step", "{\"action\": 2}");
      double answered = (System.nanoTime() - start) / NANOS;
      double processor =
          server.info().totalCpuDuration().map(time -> time.toNanos() / NANOS).orElse(Double.NaN);
      // Process.destroy would close the streams too
      server.toHandle().destroy();
      server.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      return new FirstStep(listening, answered, processor);
    } finally {
      limit.shutdownNow();
      server.destroyForcibly();
    }
  }

  private static String address(BufferedReader out) throws IOException {
    StringBuilder document = new StringBuilder();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      document.append(line);
      if (line.equals("}")) {
        return JSON.readTree(document.toString()).path("url").asText();
      }
    }
    throw new CommandFailedException("the server ended, or said nothing for a minute");
  }

  private static JsonNode post(HttpClient client, String url, String body)
      throws IOException, InterruptedException {
    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(URI.create(url))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() >= 300) {
      throw new CommandFailedException(url + " answered " + answer.body());
    }
    return JSON.readTree(answer.body());
  }
}
