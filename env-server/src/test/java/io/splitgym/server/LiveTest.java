package io.splitgym.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.registry.CountingSpec;
import io.splitgym.server.operation.RequestLimits;
import io.splitgym.session.SessionLimits;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The events at /v1/live. */
@Timeout(60)
class LiveTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SPEC = "{\"spec\": \"SplitInference-v0\"}";
  private static final Contract CONTRACT = Contract.ofRepository();

  @Test
  void creationResetStepsAndDeletionAreToldAsTheyHappen() {
    try (GymServer server = TestServers.start();
        Events events = new Events(server, null)) {
      TestClient client = new TestClient(server);
      JsonNode first = events.next(event -> true);
      assertThat(first.get("whole").asBoolean()).isTrue();
      assertThat(first.get("all").asInt()).isZero();

      String made = client.create(SPEC);
      JsonNode created = events.next(event -> event.get("all").asInt() == 1);
      assertThat(created.get("whole").asBoolean()).isFalse();
      assertThat(created.at("/environments/0/latest").asText()).isEqualTo("creation");
      assertThat(created.at("/environments/0/observation").isNull()).isTrue();
      assertThat(made).endsWith(created.at("/environments/0/id").asText());

      JsonNode start = client.post(made + "/reset", "{\"seed\": 7}").json();
      JsonNode reset = events.next(event -> latest(event).equals("reset"));
      assertThat(reset.at("/environments/0/episodeReturn").asDouble()).isZero();
      assertThat(numbers(reset.at("/environments/0/observation")))
          .isEqualTo(numbers(start.get("observation")));

      double sum = 0;
      JsonNode step = start;
      for (int i = 0; i < 3; i++) {
        step = client.post(made + "/step", "{\"action\": 2}").json();
        sum += step.get("reward").asDouble();
      }
      JsonNode stepped = events.next(event -> event.at("/environments/0/steps").asInt() == 3);
      assertThat(latest(stepped)).isEqualTo("step");
      assertThat(stepped.at("/environments/0/reward").asDouble())
          .isEqualTo(step.get("reward").asDouble());
      assertThat(stepped.at("/environments/0/episodeReturn").asDouble()).isEqualTo(sum);

      client.delete(made);
      JsonNode ended = events.next(event -> !event.get("ended").isEmpty());
      assertThat(made).endsWith(ended.at("/ended/0").asText());
      assertThat(ended.get("all").asInt()).isZero();
    }
  }

  @Test
  void vectorsAreListedWithTheMeansOfTheirEnvironments() {
    try (GymServer server = TestServers.start()) {
      TestClient client = new TestClient(server);
      String made =
          "/v1/vector-envs/"
              + client
                  .post("/v1/vector-envs", "{\"spec\": \"SplitInference-v0\", \"numEnvs\": 2}")
                  .json()
                  .get("id")
                  .asText();
      client.post(made + "/reset", "{\"seed\": 7}");
      JsonNode step = client.post(made + "/step", "{\"actions\": [1, 2]}").json();
      JsonNode listed = client.get("/v1/live").json().at("/environments/0");
      assertThat(listed.get("numEnvs").asInt()).isEqualTo(2);
      List<Double> rewards = numbers(step.get("rewards"));
      assertThat(listed.get("reward").asDouble()).isEqualTo((rewards.get(0) + rewards.get(1)) / 2);
      assertThat(listed.get("episodeReturn").isNull()).isTrue();
    }
  }

  @Test
  void oneInUseKeepsItsPlaceWhereMoreAreInUseThanThereArePlaces() {
    try (GymServer server = TestServers.start();
        Events events = new Events(server, null)) {
      TestClient client = new TestClient(server);
      String first = client.create(SPEC);
      events.next(event -> event.get("all").asInt() == 1);
      for (int i = 0; i < 60; i++) {
        client.create(SPEC);
      }
      client.post(first + "/reset", "{}");
      JsonNode reset = events.next(event -> latest(event).equals("reset"));
      assertThat(first).endsWith(reset.at("/environments/0/id").asText());
      assertThat(events.unlisted).isEmpty();
      assertThat(events.listed).hasSize(50);
    }
  }

  @Test
  void whoWatchesBeyondTheLimitIsToldTheLimitAndAPlaceIsFreeAgainOnceOneLeft() throws Exception {
    ServerSettings settings =
        LimitsTest.settings(SessionLimits.DEFAULT, RequestLimits.DEFAULT, Set.of());
    try (GymServer server = TestServers.start(settings, new CountingSpec());
        Events one = new Events(server, null)) {
      one.next(event -> true);
      TestClient client = new TestClient(server);
      try (Events two = new Events(server, null)) {
        two.next(event -> true);
        assertThat(client.get("/metrics").text()).contains("splitgym_watchers 2");
        TestClient.Answer refused =
            client.send("GET", "/v1/live", null, "Accept", "text/event-stream");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.json().get("field").asText()).isEqualTo("watchers");
        assertThat(refused.json().get("allowed").asText()).isEqualTo("at most 2");
      }
      // that one left is seen when it is told the next thing
      while (!client.get("/metrics").text().contains("splitgym_watchers 1")) {
        client.create(SPEC);
        Thread.sleep(50);
      }
      try (Events three = new Events(server, null)) {
        assertThat(three.next(event -> true).get("whole").asBoolean()).isTrue();
      }
    }
  }

  /** Its window stays shut: what the server has for it can't leave. */
  @Test
  void oneWhoDoesNotReadHindersNobodyAndIsLetGo() throws Exception {
    ServerSettings brief =
        LimitsTest.settings(
            SessionLimits.DEFAULT, RequestLimits.DEFAULT, Set.of(), Duration.ofSeconds(2));
    try (GymServer server = TestServers.start(brief, new CountingSpec());
        Socket deaf = new Socket()) {
      deaf.setReceiveBufferSize(1_024);
      deaf.connect(new InetSocketAddress(server.address().getHost(), server.port()));
      deaf.getOutputStream()
          .write(
              ("GET /v1/live HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      TestClient client = new TestClient(server);
      String made = client.create(SPEC);
      try (Events events = new Events(server, null)) {
        for (int i = 1; i <= 8; i++) {
          int episodes = i;
          client.post(made + "/reset", "{}");
          events.next(event -> event.at("/environments/0/episodes").asInt() == episodes);
        }
      }
      List<String> busy = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        busy.add(client.create(SPEC));
      }
      // what it is told has to be more than the buffers between the two ends hold
      long end = System.nanoTime() + Duration.ofSeconds(90).toNanos();
      while (!client.get("/metrics").text().contains("splitgym_watchers 0.0")) {
        assertThat(System.nanoTime()).isLessThan(end);
        busy.forEach(path -> client.post(path + "/reset", "{}"));
      }
    }
  }

  @Test
  void theTokenIsAskedForWhereOneIsSet() {
    ServerSettings settings = TestServers.settings(TestServers.limits(4, 4), "a-secret");
    try (GymServer server = TestServers.start(settings, new CountingSpec())) {
      TestClient client = new TestClient(server);
      assertThat(client.send("GET", "/v1/live", null, "Accept", "text/event-stream").status())
          .isEqualTo(401);
      try (Events events = new Events(server, "a-secret")) {
        assertThat(events.next(event -> true).get("whole").asBoolean()).isTrue();
      }
    }
  }

  @Test
  void closingTheServerEndsTheEventsAtOnce() {
    GymServer server = TestServers.start();
    try (Events events = new Events(server, null)) {
      events.next(event -> true);
      long start = System.nanoTime();
      server.close();
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isLessThan(ServerSettings.onLoopback(0).grace());
      assertThat(events.isOver()).isTrue();
    } finally {
      server.close();
    }
  }

  private static String latest(JsonNode event) {
    return event.at("/environments/0/latest").asText();
  }

  private static List<Double> numbers(JsonNode array) {
    List<Double> numbers = new ArrayList<>();
    array.forEach(number -> numbers.add(number.asDouble()));
    return numbers;
  }

  /** One who watches, and holds each event to the contract. */
  private static final class Events implements AutoCloseable {
    private final List<String> listed = new ArrayList<>();
    private final List<String> unlisted = new ArrayList<>();
    private final InputStream in;
    private final BufferedReader lines;

    Events(GymServer server, @Nullable String token) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(server.address().resolve("/v1/live"))
              .header("Accept", "text/event-stream");
      if (token != null) {
        request.header("Authorization", "Bearer " + token);
      }
      try {
        HttpResponse<InputStream> answer =
            HttpClient.newHttpClient()
                .send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/event-stream");
        in = answer.body();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }

    /** The next event of which that is true. */
    JsonNode next(Predicate<JsonNode> wanted) {
      try {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("data: ")) {
            JsonNode event = JSON.readTree(line.substring("data: ".length()));
            assertThat(CONTRACT.errors(CONTRACT.root().at("/components/schemas/Live"), event))
                .isEmpty();
            event.get("environments").forEach(one -> note(one.get("id").asText()));
            event.get("unlisted").forEach(id -> unlisted.add(id.asText()));
            if (wanted.test(event)) {
              return event;
            }
          } else {
            assertThat(line).isIn("event: live", "", ":");
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      throw new AssertionError("the events ended");
    }

    private void note(String id) {
      if (!listed.contains(id)) {
        listed.add(id);
      }
    }

    boolean isOver() {
      try {
        return lines.lines().allMatch(String::isEmpty);
      } catch (UncheckedIOException e) {
        return true;
      }
    }

    @Override
    public void close() {
      try {
        in.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
