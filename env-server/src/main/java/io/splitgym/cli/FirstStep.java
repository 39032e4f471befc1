package io.splitgym.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

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
    long start = System.nanoTime();
    try (ServerProcess server =
        ServerProcess.start(
            program, List.of("serve", "--data", data.toString()), variables, data)) {
      double listening = (System.nanoTime() - start) / NANOS;
      String url = server.address().toString();
      JsonNode made = post(client, url + "/v1/envs", "{\"spec\": \"SplitInference-v0\"}");
      String environment = url + "/v1/envs/" + made.path("id").asText();
      post(client, environment + "/reset", "{\"seed\": 42}");
      post(client, environment + "/step", "{\"action\": 2}");
      double answered = (System.nanoTime() - start) / NANOS;
      return new FirstStep(listening, answered, server.processorSeconds());
    }
  }

  private static JsonNode post(HttpClient client, String url, String body)
      throws IOException, InterruptedException {
    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(URI.create(url))
                .timeout(ServerProcess.PATIENCE)
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
