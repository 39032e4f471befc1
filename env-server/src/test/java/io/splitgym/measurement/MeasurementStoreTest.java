package io.splitgym.measurement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Erasure;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.channel.Transmission;
import io.splitgym.perplexity.WindowLosses;
import io.splitgym.validation.InvalidValueException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasurementStoreTest {
  private static final FadingAwgn FADING = new FadingAwgn(8.437512345678901, 64, false);
  private static final Erasure ERASURE = new Erasure(16);

  @TempDir Path folder;

  private final AnalyticEvaluator evaluator = new AnalyticEvaluator(6, 3, 0);

  @Test
  void everyBitOfAMeasurementComesBack() {
    List<Transmission> transmissions =
        List.of(
            new Transmission.Clean(),
            new Transmission.AtLevel(ERASURE, 0.1 + 0.2),
            new Transmission.AtState(FADING, new ChannelState(1.0 / 3, 0.7)));
    Path file = folder.resolve("new").resolve("m.sqlite");
    for (Transmission transmission : transmissions) {
      MeasurementKey key = new MeasurementKey(evaluator.setting(), transmission, 4, -7);
      WindowLosses losses =
          new WindowLosses(List.of(0.1 + 0.2, Math.PI * 100, Double.MIN_VALUE), List.of(7, 7, 5));
      Measurement measurement = new Measurement(key, losses, 0.125);
      try (MeasurementStore store = MeasurementStore.open(file)) {
        assertThat(store.find(key)).isEmpty();
        assertThat(store.add(measurement)).isTrue();
      }
      try (MeasurementStore store = MeasurementStore.open(file)) {
        assertThat(store.find(key)).contains(measurement);
        assertThat(store.all(evaluator.setting())).contains(measurement);
        assertThat(store.settings()).containsExactly(evaluator.setting());
      }
    }
    try (MeasurementStore store = MeasurementStore.open(file)) {
      assertThat(store.sweptChannels(evaluator.setting())).containsExactly(ERASURE);
    }
  }

  @Test
  void theFirstMeasurementOfAKeyStays() {
    MeasurementKey key = MeasurementKey.clean(evaluator.setting());
    Measurement first = Measurement.take(evaluator, key);
    Measurement second = new Measurement(key, new WindowLosses(List.of(1.0), List.of(1)), 0);
    try (MeasurementStore store = MeasurementStore.open(folder.resolve("m.sqlite"))) {
      assertThat(store.add(first)).isTrue();
      assertThat(store.add(second)).isFalse();
      assertThat(store.find(key)).contains(first);
    }
  }

  @Test
  void lossesThatAreNotFiniteAreRefused() {
    MeasurementKey key = MeasurementKey.clean(evaluator.setting());
    assertThatThrownBy(
            () -> new Measurement(key, new WindowLosses(List.of(Double.NaN), List.of(1)), 0))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("NaN");
  }

  @Test
  void anotherProgramsFileIsRefusedAndLeftAlone() throws Exception {
    Path file = folder.resolve("other.sqlite");
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = other.createStatement()) {
      statement.execute("CREATE TABLE photo (id INTEGER)");
    }
    byte[] before = Files.readAllBytes(file);
    assertThatThrownBy(() -> MeasurementStore.open(file))
        .isInstanceOf(MeasurementStoreException.class)
        .hasMessageContaining("not one of measurements");
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void aFileFromBeforeBitsWereCountedIsReadAndGoesOn() throws Exception {
    Path file = folder.resolve("earlier.sqlite");
    AnalyticEvaluator evaluator = new AnalyticEvaluator(6, 3, 0);
    Transmission level = new Transmission.AtLevel(new Erasure(1), 0.1);
    MeasurementKey key = new MeasurementKey(evaluator.setting(), level, 2, 1);
    Measurement measured = Measurement.take(evaluator, key);
    try (MeasurementStore store = MeasurementStore.open(file)) {
      store.add(measured);
      assertThat(store.find(key)).contains(measured);
    }
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = other.createStatement()) {
      statement.execute("ALTER TABLE measurement DROP COLUMN bits_per_token");
      statement.execute("PRAGMA user_version = 2");
    }
    WindowLosses uncounted = new WindowLosses(measured.losses().sums(), measured.losses().tokens());
    try (MeasurementStore store = MeasurementStore.open(file)) {
      assertThat(store.find(key)).contains(new Measurement(key, uncounted, measured.seconds()));
      MeasurementKey next = new MeasurementKey(evaluator.setting(), level, 2, 2);
      Measurement counted = store.findOrMeasure(evaluator, next);
      assertThat(counted.losses().bitsPerToken()).hasValue(64 * 32);
      assertThat(store.find(next)).contains(counted);
    }
    MeasurementStore.open(file).close();
  }

  @Test
  void aFileThatAnotherHasOpenWithoutTheWriteAheadLogIsWaitedFor() throws Exception {
    Path file = folder.resolve("m.sqlite");
    MeasurementStore.open(file).close();
    CompletableFuture<MeasurementStore> opened;
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = other.createStatement()) {
      statement.execute("PRAGMA journal_mode = DELETE");
      statement.execute("BEGIN");
      statement.executeQuery("SELECT count(*) FROM measurement").close();
      opened = CompletableFuture.supplyAsync(() -> MeasurementStore.open(file));
      assertThatThrownBy(() -> opened.get(300, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      statement.execute("COMMIT");
    }
    try (MeasurementStore store = opened.get(30, TimeUnit.SECONDS)) {
      assertThat(store.settings()).isEmpty();
    }
  }

  @Test
  void aLaterSchemaIsRefusedByItsVersion() throws Exception {
    Path file = folder.resolve("later.sqlite");
    MeasurementStore.open(file).close();
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = other.createStatement()) {
      statement.execute("PRAGMA user_version = 99");
    }
    assertThatThrownBy(() -> MeasurementStore.open(file))
        .isInstanceOf(MeasurementStoreException.class)
        .hasMessageContaining("99");
  }

  @Test
  void aFileThatIsNoDatabaseIsRefusedByName() throws Exception {
    Path file = folder.resolve("letter.txt");
    Files.writeString(file, "Dear reader, ".repeat(1000));
    assertThatThrownBy(() -> MeasurementStore.open(file))
        .isInstanceOf(MeasurementStoreException.class)
        .hasMessageContaining("letter.txt");
  }
}
