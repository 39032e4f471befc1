package io.splitgym.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.environment.Environment;
import io.splitgym.environment.StepResult;
import io.splitgym.registry.EnvironmentRequest;
import io.splitgym.registry.SplitInferenceSpec;
import io.splitgym.space.BoxElement;
import io.splitgym.space.DiscreteElement;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server, killed without warning while a thousand sessions step. */
class KillTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SESSIONS = 1_000;
  private static final int CLIENTS = 4;
  private static final int CALLS_BEFORE_THE_KILL = 4 * SESSIONS;
  private static final int CALLS_AFTER = 3;

  @TempDir private Path folder;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final AtomicInteger answered = new AtomicInteger();

  @Test
  void aThousandSessionsGoOnFromTheirLastAnsweredStep() throws Exception {
    Process first = KeptServer.start(folder, 0);
    List<Agent> agents = new ArrayList<>();
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    URI address;
    try {
      address = addressOf(first);
      for (int i = 0; i < SESSIONS; i++) {
        agents.add(new Agent(i));
      }
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        int size = SESSIONS / CLIENTS;
        List<Agent> mine = agents.subList(i * size, (i + 1) * size);
        URI server = address;
        all.add(clients.submit(() -> actUntilTheServerIsGone(mine, server)));
      }
      while (answered.get() < CALLS_BEFORE_THE_KILL && first.isAlive()) {
        Thread.sleep(5);
      }
      first.destroyForcibly();
      assertThat(first.waitFor(20, TimeUnit.SECONDS)).isTrue();
      for (Future<?> one : all) {
        one.get(30, TimeUnit.SECONDS);
      }
    } finally {
      first.destroyForcibly();
      clients.shutdownNow();
    }
    assertThat(agents).filteredOn(agent -> agent.inFlight).hasSizeLessThanOrEqualTo(CLIENTS);

    Process second = KeptServer.start(folder, address.getPort());
    try {
      assertThat(addressOf(second)).isEqualTo(address);
      for (Agent agent : agents) {
        if (agent.path.isEmpty()) {
          continue;
        }
        // the call in flight happened whole or not at all; its key makes it happen once
        JsonNode described = JSON.readTree(get(address.resolve(agent.path)));
        int calls = described.get("episodes").asInt() + described.get("steps").asInt();
        assertThat(calls).isBetween(agent.calls, agent.calls + (agent.inFlight ? 1 : 0));
        for (int i = 0; i < CALLS_AFTER; i++) {
          agent.act(address);
        }
      }
    } finally {
      second.destroyForcibly();
    }
    assertThat(agents.stream().filter(agent -> agent.calls > CALLS_AFTER + 1)).isNotEmpty();
  }

  private void actUntilTheServerIsGone(List<Agent> agents, URI server) {
    try {
      while (true) {
        for (Agent agent : agents) {
          agent.act(server);
          answered.incrementAndGet();
        }
      }
    } catch (IOException e) {
      // it is gone
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static URI addressOf(Process server) throws IOException {
    BufferedReader out = server.inputReader(StandardCharsets.UTF_8);
    return URI.create(String.valueOf(out.readLine()));
  }

  private String get(URI uri) throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response.body();
  }

  private String post(URI uri, String key, String body) throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", key)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isBetween(200, 201);
    return response.body();
  }

  /** Steps an environment of the server and one of its own, which nothing happens to. */
  private final class Agent {
    private final int number;
    private final Environment twin;
    private String path = "";
    private int calls;
    private boolean inFlight;

    Agent(int number) {
      this.number = number;
      this.twin =
          KeptServer.registry()
              .create(
                  new EnvironmentRequest(
                      SplitInferenceSpec.ID,
                      null,
                      null,
                      (long) number,
                      Map.of("dynamics", Map.of("kind", "gauss-markov"), "episodeSteps", 1_000)))
              .environment();
    }

    void act(URI server) throws IOException, InterruptedException {
      if (path.isEmpty()) {
        String body =
            "{\"spec\": \"SplitInference-v0\", \"seed\": "
                + number
                + ", \"episodeSteps\": 1000, \"dynamics\": {\"kind\": \"gauss-markov\"}}";
        String made = post(server.resolve("/v1/envs"), "create-" + number, body);
        path = "/v1/envs/" + JSON.readTree(made).get("id").asText();
        return;
      }
      inFlight = true;
      String key = number + "-" + calls;
      int action = (number + calls) % 5;
      JsonNode answer =
          JSON.readTree(
              calls == 0
                  ? post(server.resolve(path + "/reset"), key, "{}")
                  : post(server.resolve(path + "/step"), key, "{\"action\": " + action + "}"));
      inFlight = false;
      if (calls == 0) {
        assertSame(answer, (BoxElement) twin.reset(null, Map.of()).observation());
      } else {
        StepResult step = twin.step(new DiscreteElement(action));
        assertSame(answer, (BoxElement) step.observation());
        assertThat(answer.get("reward").asDouble()).isEqualTo(step.reward());
        assertThat(answer.at("/info/lnPpl").asDouble()).isEqualTo(step.info().get("lnPpl"));
      }
      calls++;
    }

    private void assertSame(JsonNode answer, BoxElement observation) {
      for (int i = 0; i < 3; i++) {
        assertThat((float) answer.get("observation").get(i).asDouble())
            .as("agent %d, call %d", number, calls)
            .isEqualTo(observation.at(i));
      }
    }
  }
}
