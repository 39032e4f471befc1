package io.splitgym.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.channel.Transmission;
import io.splitgym.decoder.Precision;
import io.splitgym.decoder.PrecisionTrial;
import io.splitgym.measurement.Measurement;
import io.splitgym.measurement.MeasurementKey;
import io.splitgym.measurement.MeasurementStore;
import io.splitgym.perplexity.EvaluationSetting;
import io.splitgym.perplexity.WindowLosses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code --precision auto} comes to, and stays. */
class AutomaticPrecisionTest {
  private static final Map<Precision, Double> FAST_BF16 =
      Map.of(Precision.F32, 90.0, Precision.BF16, 180.0, Precision.INT8, 250.0);
  private static final Map<Precision, Double> SLOW_BF16 =
      Map.of(Precision.F32, 90.0, Precision.BF16, 49.0, Precision.INT8, 250.0);

  @TempDir private Path folder;

  private AutomaticPrecision decide(Map<Precision, Double> rates) {
    return AutomaticPrecision.in(folder, folder.resolve("measurements.sqlite"), () -> rates);
  }

  @Test
  void whatWasDecidedFirstStaysWhateverIsMeasuredLater() {
    AutomaticPrecision first = decide(FAST_BF16);
    assertThat(first.precision()).isEqualTo(Precision.BF16);
    assertThat(first.news()).isTrue();
    assertThat(first.reason()).contains("bf16 180").contains("f32 90");
    AutomaticPrecision later = decide(SLOW_BF16);
    assertThat(later.precision()).isEqualTo(Precision.BF16);
    assertThat(later.reason()).isEqualTo(first.reason());
    assertThat(later.news()).isFalse();
  }

  @Test
  void ofTwoThatDecideAtTheSameTimeBothKeepToOneDecision() {
    AutomaticPrecision[] other = new AutomaticPrecision[1];
    AutomaticPrecision own =
        AutomaticPrecision.in(
            folder,
            folder.resolve("measurements.sqlite"),
            () -> {
              other[0] = decide(SLOW_BF16);
              return FAST_BF16;
            });
    assertThat(other[0].precision()).isEqualTo(Precision.INT8);
    assertThat(own.precision()).isEqualTo(Precision.INT8);
    assertThat(own.news()).isFalse();
    assertThat(folder).isDirectoryContaining(file -> file.endsWith("precision.properties"));
    assertThat(folder.toFile().list()).hasSize(1);
  }

  @Test
  void whatAProcessorCannotMultiplyInIsNotTaken() {
    assertThat(PrecisionTrial.best(Map.of(Precision.F32, 90.0, Precision.INT8, 250.0)))
        .isEqualTo(Precision.INT8);
    assertThat(PrecisionTrial.best(Map.of(Precision.F32, 90.0))).isEqualTo(Precision.F32);
  }

  @Test
  void bfloat16IsTakenWhereItIsFastElseInt8ElseFloat32() {
    assertThat(PrecisionTrial.best(FAST_BF16)).isEqualTo(Precision.BF16);
    assertThat(PrecisionTrial.best(SLOW_BF16)).isEqualTo(Precision.INT8);
    assertThat(
            PrecisionTrial.best(
                Map.of(Precision.F32, 90.0, Precision.BF16, 49.0, Precision.INT8, 100.0)))
        .isEqualTo(Precision.F32);
  }

  @Test
  void aFolderWithMeasurementsInFloat32StaysInFloat32() {
    Path file = folder.resolve("measurements.sqlite");
    EvaluationSetting setting =
        new EvaluationSetting("m", "aa", 3, "text", "bb", 8, 8, 16, 1024, "f32");
    try (MeasurementStore store = MeasurementStore.open(file)) {
      store.add(
          new Measurement(
              new MeasurementKey(setting, new Transmission.Clean(), 1, 0),
              new WindowLosses(List.of(21.0, 22.0), List.of(7, 7)),
              0.5));
    }
    assertThat(decide(FAST_BF16).precision()).isEqualTo(Precision.F32);
    assertThat(decide(FAST_BF16).reason()).contains("before");
  }

  @Test
  void aDamagedDecisionIsAnErrorThatSaysWhatToDo() throws IOException {
    Files.writeString(folder.resolve("precision.properties"), "precision=f12\n");
    assertThatThrownBy(() -> decide(FAST_BF16))
        .isInstanceOf(CommandFailedException.class)
        .hasMessageContaining("precision.properties")
        .hasMessageContaining("f12")
        .hasMessageContaining("delete it");
  }

  @Test
  void everyPrecisionThatThisProcessorHasIsMeasured() {
    assertThat(PrecisionTrial.rates())
        .containsKey(Precision.F32)
        .allSatisfy((precision, rate) -> assertThat(rate).isGreaterThan(0.1));
  }
}
