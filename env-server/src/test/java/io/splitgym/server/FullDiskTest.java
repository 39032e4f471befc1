package io.splitgym.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.splitgym.durability.DurableLog;
import io.splitgym.durability.JournalFile;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.server.TestClient.Answer;
import io.splitgym.session.SessionLimits;
import io.splitgym.session.Sessions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server whose journal can't be written for a while, as on a full disk. */
class FullDiskTest {
  private static final String MAKE = "{\"spec\": \"SplitInference-v0\", \"seed\": 7}";
  private static final String MAKE_VECTOR =
      "{\"spec\": \"SplitInference-v0\", \"seed\": 7, \"numEnvs\": 3}";

  @TempDir private Path folder;

  private final AtomicBoolean full = new AtomicBoolean();
  private final EnvironmentRegistry registry = KeptServer.registry();
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
    Sessions sessions =
        new Sessions(
            registry,
            SessionLimits.DEFAULT,
            System::nanoTime,
            DurableLog.open(folder, 1 << 20, files));
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
