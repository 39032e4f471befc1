package io.splitgym.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A copy of the folder stands for what a killed process leaves behind. */
class DurableLogTest {
  private static final long MUCH = 1 << 20;

  @TempDir private Path temporary;

  private int copies;

  @Test
  void whatWasAppendedIsFoundInItsOrder() throws IOException {
    try (DurableLog log = DurableLog.open(temporary.resolve("a"), MUCH)) {
      Trail one = log.begin(UUID.randomUUID());
      Trail other = log.begin(UUID.randomUUID());
      one.document(bytes("one"));
      other.document(bytes("other"));
      one.command(bytes("1"));
      other.command(bytes("2"));
      one.command(bytes("3"));
      assertThat(left()).containsExactly("one 1 3", "other 2");
    }
  }

  @Test
  void aDocumentTakesThePlaceOfAllBefore() throws IOException {
    try (DurableLog log = DurableLog.open(temporary.resolve("a"), MUCH)) {
      Trail one = log.begin(UUID.randomUUID());
      one.document(bytes("one"));
      one.command(bytes("1"));
      one.document(bytes("later"));
      one.command(bytes("2"));
      assertThat(left()).containsExactly("later 2");
    }
  }

  @Test
  void whatEndedIsGone() throws IOException {
    try (DurableLog log = DurableLog.open(temporary.resolve("a"), MUCH)) {
      Trail one = log.begin(UUID.randomUUID());
      Trail other = log.begin(UUID.randomUUID());
      one.document(bytes("one"));
      other.document(bytes("other"));
      one.end();
      assertThat(left()).containsExactly("other");
    }
  }

  @Test
  void whereverTheFileIsCutAllBeforeTheCutIsThere() throws IOException {
    try (DurableLog log = DurableLog.open(temporary.resolve("a"), MUCH)) {
      Trail one = log.begin(UUID.randomUUID());
      one.document(bytes("one"));
      for (int i = 0; i < 5; i++) {
        one.command(bytes(Integer.toString(i)));
      }
    }
    Path journal = journals(temporary.resolve("a")).get(0);
    byte[] whole = Files.readAllBytes(journal);
    int found = 0;
    for (int length = whole.length; length >= 0; length--) {
      Path copy = Files.createDirectories(temporary.resolve("cut" + length));
      Files.write(copy.resolve(journal.getFileName()), Arrays.copyOf(whole, length));
      List<String> left = contents(copy);
      if (length == whole.length) {
        assertThat(left).containsExactly("one 0 1 2 3 4");
      }
      assertThat("one 0 1 2 3 4").startsWith(left.isEmpty() ? "" : left.get(0));
      found = Math.max(found, left.size());
    }
    assertThat(found).isEqualTo(1);
  }

  @Test
  void aBitThatTurnedIsNeverRead() throws IOException {
    try (DurableLog log = DurableLog.open(temporary.resolve("a"), MUCH)) {
      Trail one = log.begin(UUID.randomUUID());
      one.document(bytes("one"));
      one.command(bytes("1"));
      one.command(bytes("2"));
    }
    Path journal = journals(temporary.resolve("a")).get(0);
    byte[] whole = Files.readAllBytes(journal);
    for (int at = Long.BYTES; at < whole.length; at++) {
      byte[] turned = whole.clone();
      turned[at] ^= 4;
      Path copy = Files.createDirectories(temporary.resolve("turned" + at));
      Files.write(copy.resolve(journal.getFileName()), turned);
      List<String> left = contents(copy);
      assertThat(left.isEmpty() || "one 1 2".startsWith(left.get(0))).as("%s", left).isTrue();
      assertThat(left).doesNotContain("one 1 2");
    }
  }

  @Test
  void whatFollowsATornEndInTheNextJournalGoesOnFromIt() throws IOException {
    Path folder = temporary.resolve("a");
    UUID id = UUID.randomUUID();
    try (DurableLog log = DurableLog.open(folder, MUCH)) {
      Trail one = log.begin(id);
      one.document(bytes("one"));
      one.command(bytes("1"));
      one.command(bytes("never answered"));
    }
    Path journal = journals(folder).get(0);
    Files.write(journal, Arrays.copyOf(Files.readAllBytes(journal), (int) Files.size(journal) - 1));
    try (DurableLog log = DurableLog.open(folder, MUCH)) {
      Trail one = log.takeRecovered().get(0).trail();
      one.command(bytes("2"));
      assertThat(left()).containsExactly("one 1 2");
    }
  }

  @Test
  void atEveryMomentOfACheckpointAllIsThere() throws IOException {
    try (DurableLog log = DurableLog.open(temporary.resolve("a"), 1)) {
      Trail one = log.begin(UUID.randomUUID());
      Trail ended = log.begin(UUID.randomUUID());
      Trail quiet = log.begin(UUID.randomUUID());
      quiet.document(bytes("quiet"));
      one.document(bytes("one"));
      ended.document(bytes("ended"));
      one.command(bytes("1"));
      for (int round = 2; round < 6; round++) {
        assertThat(log.due()).isTrue();
        List<Trail> trails = log.beginJournal();
        assertThat(left()).contains("quiet").hasSize(round == 2 ? 3 : 2);
        one.command(bytes("before" + round));
        Checkpoint standing = one.checkpoint(bytes("one at " + round));
        one.command(bytes("after" + round));
        if (round == 2) {
          ended.end();
          assertThat(trails).containsExactlyInAnyOrder(one, ended, quiet);
          log.checkpoint(List.of(standing, quiet.checkpoint(bytes("quiet"))), List.of(ended.id()));
        } else {
          assertThat(trails).contains(one).doesNotContain(quiet);
          log.checkpoint(List.of(standing), List.of());
        }
        assertThat(left()).containsExactlyInAnyOrder("one at " + round + " after" + round, "quiet");
        log.dropJournals();
        assertThat(journals(temporary.resolve("a"))).hasSize(1);
        assertThat(left()).containsExactlyInAnyOrder("one at " + round + " after" + round, "quiet");
      }
    }
  }

  @Test
  void trailsThatWereNotCheckpointedAreToldAgain() throws IOException {
    try (DurableLog log = DurableLog.open(temporary.resolve("a"), MUCH)) {
      Trail one = log.begin(UUID.randomUUID());
      one.document(bytes("one"));
      assertThat(log.due()).isFalse();
      List<Trail> trails = log.beginJournal();
      log.postpone(trails);
      assertThat(log.due()).isTrue();
      assertThat(log.beginJournal()).containsExactly(one);
      assertThat(left()).containsExactly("one");
    }
  }

  @Test
  void oneTrailCanBeReadAgain() throws IOException {
    try (DurableLog log = DurableLog.open(temporary.resolve("a"), MUCH)) {
      Trail one = log.begin(UUID.randomUUID());
      Trail other = log.begin(UUID.randomUUID());
      one.document(bytes("one"));
      other.document(bytes("other"));
      one.command(bytes("1"));
      assertThat(text(log.read(one))).isEqualTo("one 1");
      log.beginJournal();
      log.checkpoint(List.of(one.checkpoint(bytes("later")), log.read(other)), List.of());
      log.dropJournals();
      one.command(bytes("2"));
      assertThat(text(log.read(one))).isEqualTo("later 2");
    }
  }

  @Test
  void aFolderHasOneServerAtATime() throws IOException {
    Path folder = temporary.resolve("a");
    try (DurableLog log = DurableLog.open(folder, MUCH)) {
      assertThat(log.due()).isFalse();
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> DurableLog.open(folder, MUCH))
            .isInstanceOf(FolderTakenException.class)
            .hasMessageContaining(folder.toString())
            .hasMessageEndingWith("process " + ProcessHandle.current().pid());
      }
    }
    DurableLog.open(folder, MUCH).close();
  }

  @Test
  void theLockOfADeadProcessIsTakenOver() throws IOException {
    Path folder = Files.createDirectories(temporary.resolve("a"));
    Files.createFile(folder.resolve("lock"));
    Files.write(folder.resolve("holder"), List.of("1", "0"));
    DurableLog.open(folder, MUCH).close();
  }

  /** What a process would find that took over now. */
  private List<String> left() throws IOException {
    Path copy = Files.createDirectories(temporary.resolve("copy" + copies++));
    try (Stream<Path> files = Files.list(temporary.resolve("a"))) {
      files
          .filter(file -> !file.endsWith("holder"))
          .forEach(
              file -> {
                try {
                  Files.copy(file, copy.resolve(file.getFileName()));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
    return contents(copy);
  }

  private static List<String> contents(Path folder) throws IOException {
    try (DurableLog log = DurableLog.open(folder, MUCH)) {
      return log.takeRecovered().stream().map(one -> text(one.checkpoint())).toList();
    }
  }

  private static List<Path> journals(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("journal"))
          .sorted()
          .toList();
    }
  }

  private static String text(Checkpoint checkpoint) {
    List<String> parts = new ArrayList<>();
    parts.add(new String(checkpoint.document(), StandardCharsets.UTF_8));
    checkpoint
        .commands()
        .forEach(command -> parts.add(new String(command, StandardCharsets.UTF_8)));
    return String.join(" ", parts);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
