package io.splitgym.checkpoint.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several pulls of one model into one folder, and pulls that die. */
@Timeout(120)
class PullsAtOnceTest {
  @TempDir private Path folder;

  @Test
  void ofTwoProcessesOneFetchesAndTheOtherSeesTheFinishedFile() throws Exception {
    try (TinyHub hub = TinyHub.giving(TinyModel.CONTENT)) {
      List<Process> processes =
          List.of(
              PullInAnotherProcess.start(folder, hub.base()),
              PullInAnotherProcess.start(folder, hub.base()));
      List<String> outcomes = new ArrayList<>();
      for (Process process : processes) {
        outcomes.add(
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
        assertThat(process.waitFor()).isZero();
      }
      assertThat(outcomes).containsExactlyInAnyOrder("fetched", "found");
      assertThat(hub.requests()).hasSize(1);
    }
    assertThat(TinyModel.names(folder)).containsExactly(TinyModel.FILE);
    assertThat(folder.resolve(TinyModel.FILE)).hasBinaryContent(TinyModel.CONTENT);
  }

  @Test
  void ofManyThreadsOneFetches() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (TinyHub hub = TinyHub.giving(TinyModel.CONTENT)) {
      Callable<PullResult> pull =
          () ->
              TinyModel.store(folder, TinyModel.model(), new CacheFolder(folder), hub.source())
                  .pull(TinyModel.model(), PullListener.silent());
      int fetched = 0;
      for (Future<PullResult> result : threads.invokeAll(List.of(pull, pull, pull, pull))) {
        fetched += result.get().fetched() ? 1 : 0;
      }
      assertThat(fetched).isEqualTo(1);
      assertThat(hub.requests()).hasSize(1);
    } finally {
      threads.shutdownNow();
    }
    assertThat(TinyModel.names(folder)).containsExactly(TinyModel.FILE);
  }

  @Test
  void aKilledPullLeavesNothingUnderTheNameAndTheNextOneClearsUp() throws Exception {
    Process doomed;
    try (TinyHub hub = TinyHub.stoppingHalfway(TinyModel.CONTENT)) {
      doomed = PullInAnotherProcess.start(folder, hub.base());
      while (bytesWritten() < TinyModel.CONTENT.length / 2) {
        assertThat(doomed.isAlive()).isTrue();
        Thread.sleep(20);
      }
      doomed.destroyForcibly();
      assertThat(doomed.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(TinyModel.names(folder)).singleElement().asString().startsWith(".tiny.pulling-");
    ModelStore store = TinyModel.store(folder, TinyModel.model());
    assertThat(store.find(TinyModel.NAME)).isEmpty();
    assertThat(store.installed()).isEmpty();
    try (TinyHub hub = TinyHub.giving(TinyModel.CONTENT)) {
      TinyModel.store(folder, TinyModel.model(), new CacheFolder(folder), hub.source())
          .pull(TinyModel.model(), PullListener.silent());
    }
    assertThat(TinyModel.names(folder)).containsExactly(TinyModel.FILE);
    assertThat(folder.resolve(TinyModel.FILE)).hasBinaryContent(TinyModel.CONTENT);
  }

  private long bytesWritten() throws IOException {
    try (var files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    } catch (UncheckedIOException e) {
      // The child is making its folders.
      return 0;
    }
  }
}
