package io.splitgym.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.splitgym.registry.CountingSpec;
import io.splitgym.server.TestClient.Answer;
import io.splitgym.server.operation.RequestLimits;
import io.splitgym.session.SessionLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** More calls on a slow backend than the server has threads leave it answering everybody else. */
class SlowCallsTest {
  private static final int MANY = 40;

  private final CountingSpec counting = new CountingSpec(true);
  private final ExecutorService callers = Executors.newFixedThreadPool(MANY);
  private GymServer server;
  private TestClient client;

  @BeforeEach
  void start() {
    server =
        TestServers.start(
            LimitsTest.settings(SessionLimits.DEFAULT, RequestLimits.DEFAULT, Set.of()), counting);
    client = new TestClient(server);
  }

  @AfterEach
  void stop() {
    counting.latch.countDown();
    callers.shutdownNow();
    server.close();
  }

  @Test
  void overRest() throws Exception {
    List<String> paths =
        IntStream.range(0, MANY)
            .mapToObj(i -> client.create("{\"spec\": \"" + CountingSpec.ID + "\"}"))
            .toList();
    paths.forEach(path -> client.post(path + "/reset", "{}"));
    List<CompletableFuture<Answer>> steps = new ArrayList<>();
    for (String path : paths) {
      steps.add(later(() -> client.post(path + "/step", "{\"action\": [9, 0]}")));
    }
    othersAreAnswered();
    counting.latch.countDown();
    for (CompletableFuture<Answer> step : steps) {
      assertThat(step.get(20, TimeUnit.SECONDS).status()).isEqualTo(200);
    }
  }

  @Test
  void overOpenEnvsRest() throws Exception {
    TestClient openEnv = new TestClient(server, Contract.ofOpenEnv(), "/openenv");
    for (int i = 0; i < MANY; i++) {
      Answer reset =
          openEnv.post(
              "/reset", "{\"episode_id\": \"" + i + "\", \"spec\": \"" + CountingSpec.ID + "\"}");
      assertThat(reset.status()).as(reset.text()).isEqualTo(200);
    }
    List<CompletableFuture<Answer>> steps = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      String body = "{\"episode_id\": \"" + i + "\", \"action\": {\"action\": [9, 0]}}";
      steps.add(later(() -> openEnv.post("/step", body)));
    }
    othersAreAnswered();
    counting.latch.countDown();
    for (CompletableFuture<Answer> step : steps) {
      assertThat(step.get(20, TimeUnit.SECONDS).status()).isEqualTo(200);
    }
  }

  private CompletableFuture<Answer> later(Supplier<Answer> call) {
    return CompletableFuture.supplyAsync(call, callers);
  }

  /** Once every thread there is for slow calls is taken. */
  private void othersAreAnswered() throws Exception {
    assertThat(counting.waiting.await(20, TimeUnit.SECONDS)).isTrue();
    while (counting.atOnce.get() < LimitsTest.THREADS) {
      Thread.sleep(5);
    }
    // its callers' threads are all taken, but a thread of its own is not the server's
    Answer health =
        CompletableFuture.supplyAsync(() -> client.get("/health")).get(20, TimeUnit.SECONDS);
    assertThat(health.status()).isEqualTo(200);
    String fast = client.create("{\"spec\": \"SplitInference-v0\"}");
    assertThat(client.post(fast + "/reset", "{}").status()).isEqualTo(200);
    assertThat(client.post(fast + "/step", "{\"action\": 1}").status()).isEqualTo(200);
  }
}
