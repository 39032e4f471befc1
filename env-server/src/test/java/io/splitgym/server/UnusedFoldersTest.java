package io.splitgym.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.durability.FolderTakenException;
import io.splitgym.durability.UnusedFolders;
import io.splitgym.recording.RecordingLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What servers on ports that nobody uses any more leave in a data folder. */
class UnusedFoldersTest {
  @TempDir private Path data;

  @Test
  void aServerWhoseEnvironmentsHaveAllEndedLeavesNothing() throws IOException {
    try (GymServer server = start(Duration.ofDays(30))) {
      TestClient client = new TestClient(server);
      client.delete(client.create("{\"spec\": \"SplitInference-v0\"}"));
      assertThat(UnusedFolders.under(Storage.sessions(data)))
          .singleElement()
          .satisfies(found -> assertThat(found.process()).hasValue(ProcessHandle.current().pid()));
    }
    assertThat(UnusedFolders.under(Storage.sessions(data))).isEmpty();
  }

  @Test
  void aServerRemovesWhatNobodyUsedForLongAndNothingElse() throws Exception {
    Path longUnused = leave();
    Path lately = leave();
    age(longUnused, Duration.ofDays(31));
    try (GymServer server = start(Duration.ZERO)) {
      assertThat(server.port()).isPositive();
    }
    assertThat(longUnused).exists();
    try (GymServer server = start(Duration.ofDays(30))) {
      long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while (Files.exists(longUnused) && System.nanoTime() < deadline) {
        Thread.sleep(20);
      }
      assertThat(longUnused).doesNotExist();
      assertThat(lately).exists();
      Path own = Storage.in(data).ofPort(server.port());
      assertThat(own).exists();
      age(own, Duration.ofDays(31));
      assertThatThrownBy(() -> UnusedFolders.remove(own)).isInstanceOf(FolderTakenException.class);
    }
  }

  /** The folder of a server that stopped with an environment. */
  private Path leave() throws IOException {
    try (GymServer server = start(Duration.ofDays(30))) {
      new TestClient(server).create("{\"spec\": \"SplitInference-v0\"}");
      return Storage.in(data).ofPort(server.port());
    }
  }

  private GymServer start(Duration unused) throws IOException {
    return GymServer.start(
        ServerSettings.onLoopback(0),
        KeptServer.registry(),
        new Storage(data, false, RecordingLimits.DEFAULT, unused));
  }

  private static void age(Path folder, Duration age) throws IOException {
    FileTime then = FileTime.from(Instant.now().minus(age));
    try (Stream<Path> all = Files.walk(folder)) {
      all.sorted(Comparator.reverseOrder())
          .forEach(
              file -> {
                try {
                  Files.setLastModifiedTime(file, then);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}
