package io.splitgym.cli;

import io.splitgym.decoder.Precision;
import io.splitgym.decoder.PrecisionTrial;
import io.splitgym.measurement.MeasurementStore;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What {@code --precision auto} stands for in a data folder: decided once and kept there, so that
 * no run gives other bits than the one before.
 *
 * @param precision that was decided for
 * @param reason why, as the file says
 * @param news whether it was decided just now
 */
record AutomaticPrecision(Precision precision, String reason, boolean news) {
  private static final String FILE = "precision.properties";
  private static final String PRECISION = "precision";
  private static final String REASON = "reason";

  /**
   * The folder's, decided now if it hasn't been: float32 where the folder has measurements in
   * float32, which would have to be taken again, else what this processor is fastest in.
   *
   * @param folder the data folder
   * @param measurements its store, which need not exist
   * @param rates measures GFLOP/s of each precision
   */
  static AutomaticPrecision in(
      Path folder, Path measurements, Supplier<Map<Precision, Double>> rates) {
    Path file = folder.resolve(FILE);
    try {
      if (Files.exists(file)) {
        return read(file);
      }
      AutomaticPrecision decided =
          hasFloat32(measurements)
              ? new AutomaticPrecision(
                  Precision.F32, "measurements in f32 were in the folder before", true)
              : measured(rates.get());
      return WholeFile.writeIfAbsent(file, decided.text()) ? decided : read(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where it is kept. */
  static Path file(Path folder) {
    return folder.resolve(FILE);
  }

  private static AutomaticPrecision read(Path file) throws IOException {
    Properties kept = new Properties();
    kept.load(new StringReader(Files.readString(file)));
    String precision = kept.getProperty(PRECISION, "missing");
    try {
      return new AutomaticPrecision(
          Precision.of(PRECISION, precision), kept.getProperty(REASON, ""), false);
    } catch (InvalidValueException e) {
      throw new CommandFailedException(
          file + ": " + e.getMessage() + "; mend it, or delete it to have it decided again");
    }
  }

  private static boolean hasFloat32(Path measurements) {
    if (!Files.exists(measurements)) {
      return false;
    }
    try (MeasurementStore store = MeasurementStore.open(measurements)) {
      return store.settings().stream()
          .anyMatch(setting -> setting.precision().equals(Precision.F32.text()));
    }
  }

  private static AutomaticPrecision measured(Map<Precision, Double> rates) {
    String told =
        rates.entrySet().stream()
            .map(
                rate ->
                    String.format(Locale.ROOT, "%s %.0f", rate.getKey().text(), rate.getValue()))
            .collect(Collectors.joining(", "));
    return new AutomaticPrecision(
        PrecisionTrial.best(rates),
        "measured on " + Machine.here().processor() + ": " + told + " GFLOP/s on one thread",
        true);
  }

  private String text() {
    return "# What --precision auto means in this folder. Results depend on it: delete the file to"
        + " have it decided again.\n"
        + PRECISION
        + "="
        + precision.text()
        + "\n"
        + REASON
        + "="
        + reason
        + "\n";
  }
}
