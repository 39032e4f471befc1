package io.splitgym.cli;

import io.splitgym.fitting.DrawCalibration;
import io.splitgym.fitting.SurrogateFigures;
import io.splitgym.measurement.LevelTable;
import io.splitgym.measurement.Measurements;
import io.splitgym.surrogate.SurrogateModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where figures go: the mixin of every command that holds a surrogate against measurements. */
final class FiguresOption {
  @Option(
      names = "--figures",
      paramLabel = "DIR",
      description = "Write the figures here, as SVG and PNG.")
  private @Nullable Path folder;

  /**
   * Draws what was asked for.
   *
   * @return the files' names
   */
  List<String> draw(Measurements measurements, SurrogateModel surrogate) throws IOException {
    return folder == null
        ? List.of()
        : SurrogateFigures.write(folder, new LevelTable(measurements), surrogate).stream()
            .map(Path::toString)
            .toList();
  }

  /**
   * Draws what was asked for.
   *
   * @return the files' names
   */
  List<String> draw(SurrogateModel surrogate, DrawCalibration calibration) throws IOException {
    return folder == null
        ? List.of()
        : SurrogateFigures.writeCalibration(folder, surrogate, calibration).stream()
            .map(Path::toString)
            .toList();
  }
}
