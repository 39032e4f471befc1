package io.splitgym.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.splitgym.durability.DurableLog;
import io.splitgym.durability.JournalFile;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.EnvironmentRequest;
import io.splitgym.server.TestClient.Answer;
import io.splitgym.session.SessionLimits;
import io.splitgym.session.Sessions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server whose journal can't be written for a while, as on a full disk. */
class FullDiskTest {
  private static final String MAKE = "{\"spec\": \"SplitInference-v0\", \"seed\": 7}";
  private static final String MAKE_VECTOR =
      "{\"spec\": \"SplitInference-v0\", \"seed\": 7, \"numEnvs\": 3}";

  private static final long JOURNAL_BYTES = 16_000;

  @TempDir private Path folder;

  private final AtomicBoolean full = new AtomicBoolean();
  private final EnvironmentRegistry registry = KeptServer.registry();
  private final AtomicLong clock = new AtomicLong();
  private Sessions sessions = new Sessions(registry, SessionLimits.DEFAULT, System::nanoTime);
  private GymServer server;
  private TestClient client;

  @BeforeEach
  void start() throws IOException {
    server = open(path -> new FullAtTimes(JournalFile.create(path), full));
    client = new TestClient(server);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aCallThatCanNotBeKeptIsRefusedAndDidNotHappen() throws IOException {
    String path = client.create(MAKE);
    String twin = client.create(MAKE);
    client.post(path + "/reset", "{}");
    client.post(twin + "/reset", "{}");
    String before = client.get(path).text();

    full.set(true);
    assertStorageFailed(client.post(path + "/step", "{\"action\": 2}"));
    assertStorageFailed(client.post(path + "/reset", "{\"seed\": 3}"));
    String state = client.get(path + "/state").text();
    assertStorageFailed(client.send("PUT", path + "/state", state));
    assertThat(client.get(path).text()).isEqualTo(before);
    full.set(false);

    for (int i = 0; i < 4; i++) {
      String step = "{\"action\": " + i + "}";
      assertThat(client.post(path + "/step", step).text())
          .isEqualTo(client.post(twin + "/step", step).text());
    }
    // nothing that was torn hides what followed it
    server.close();
    server = open(JournalFile::create);
    client = new TestClient(server);
    assertThat(client.get(path).json().get("steps").asInt()).isEqualTo(4);
    assertThat(client.post(path + "/step", "{\"action\": 1}").text())
        .isEqualTo(client.post(twin + "/step", "{\"action\": 1}").text());
  }

  @Test
  void soAreVectorsAndCreations() throws IOException {
    String path = vector();
    String twin = vector();
    client.post(path + "/reset", "{}");
    client.post(twin + "/reset", "{}");
    full.set(true);
    assertStorageFailed(client.post(path + "/step", "{\"actions\": [1, 2, 3]}"));
    assertStorageFailed(client.post("/v1/envs", MAKE));
    assertStorageFailed(client.post("/v1/vector-envs", MAKE_VECTOR));
    full.set(false);
    assertThat(client.get("/v1/envs").json().get("environments")).isEmpty();
    assertThat(client.get("/v1/vector-envs").json().get("vectors")).hasSize(2);
    String step = "{\"actions\": [1, 2, 3]}";
    assertThat(client.post(path + "/step", step).text())
        .isEqualTo(client.post(twin + "/step", step).text());
  }

  @Test
  void aDeletionThatCanNotBeKeptDidNotHappenAndTheJournalIsShortenedLater() throws Exception {
    String path = client.create(MAKE);
    String twin = client.create(MAKE);
    String vector = vector();
    client.post(path + "/reset", "{}");
    client.post(twin + "/reset", "{}");
    full.set(true);
    assertStorageFailed(client.delete(path));
    assertStorageFailed(client.delete(vector));
    full.set(false);

    String step = "{\"action\": 1}";
    assertThat(client.post(path + "/step", step).text())
        .isEqualTo(client.post(twin + "/step", step).text());
    fillTheJournal(twin);
    assertTheJournalWasShortened();
    assertThat(client.delete(path).status()).isEqualTo(204);
    assertThat(client.delete(vector).status()).isEqualTo(204);
    assertThat(client.get(path).status()).isEqualTo(404);
    assertThat(client.delete(path).status()).isEqualTo(404);
    server.close();
    server = open(JournalFile::create);
    client = new TestClient(server);
    assertThat(client.get("/v1/envs").json().get("environments")).hasSize(1);
  }

  @Test
  void anExpiryThatCanNotBeKeptLetsOthersExpireAndBeMade() throws Exception {
    String path = client.create(MAKE);
    clock.addAndGet(SessionLimits.DEFAULT.idle().toNanos());
    full.set(true);
    // each of these looks for what has expired
    sessions.expireIdle();
    assertThat(sessions.list()).hasSize(1);
    assertThat(sessions.createUnkept(EnvironmentRequest.of("SplitInference-v0"), "me").progress())
        .isNotNull();
    full.set(false);
    String other = client.create(MAKE);
    fillTheJournal(other);
    assertTheJournalWasShortened();
    assertThat(client.get(path).status()).isEqualTo(404);
  }

  private void fillTheJournal(String path) throws IOException {
    long now = newestJournal();
    for (int i = 0; i < 400 && newestJournal() == now; i++) {
      client.post(path + "/reset", "{\"options\": {\"sigma\": 0.1, \"m\": 1, \"p\": 3}}");
    }
  }

  private void assertTheJournalWasShortened() throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (journals().size() > 1 && System.nanoTime() < deadline) {
      Thread.sleep(20);
    }
    assertThat(journals()).hasSize(1).noneMatch(name -> name.endsWith("01"));
  }

  private long newestJournal() throws IOException {
    return journals().stream().mapToLong(name -> Long.parseLong(name.substring(8))).max().orElse(0);
  }

  private List<String> journals() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("journal-"))
          .toList();
    }
  }

  private String vector() {
    Answer made = client.post("/v1/vector-envs", MAKE_VECTOR);
    return "/v1/vector-envs/" + made.json().get("id").asText();
  }

  private static void assertStorageFailed(Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(507);
    assertThat(answer.problem("type")).isEqualTo("urn:splitgym:problem:storage-failed");
    assertThat(answer.problem("detail")).contains("did not happen").doesNotContain("journal-");
  }

  private GymServer open(JournalFile.Source files) throws IOException {
    sessions =
        new Sessions(
            registry,
            SessionLimits.DEFAULT,
            clock::get,
            DurableLog.open(folder, JOURNAL_BYTES, files));
    return GymServer.start(ServerSettings.onLoopback(0), sessions, registry, null);
  }

  /** Half of what should be written is there when the disk is full. */
  private record FullAtTimes(JournalFile file, AtomicBoolean full) implements JournalFile {
    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      if (full.get()) {
        file.write(bytes, from, length / 2);
        throw new IOException("No space left on device");
      }
      file.write(bytes, from, length);
    }

    @Override
    public void cutBack(long size) throws IOException {
      file.cutBack(size);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
