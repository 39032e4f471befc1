package io.splitgym.measurement;

import io.splitgym.channel.FadingAwgn;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A sweep of {@link #plan} in a process of its own, which prints a line for each measurement. */
final class SweepInAnotherProcess {
  static final FadingAwgn CHANNEL = FadingAwgn.ofUnit(8.5);

  private SweepInAnotherProcess() {}

  static SweepPlan plan(AnalyticEvaluator evaluator) {
    return SweepPlan.overLevels(
        evaluator.setting(),
        CHANNEL,
        List.of(0.5, 1.0, 2.0, 4.0),
        List.of(1, 2, 3, 4, 5),
        List.of(1L, 2L, 3L));
  }

  static AnalyticEvaluator evaluator() {
    return new AnalyticEvaluator(6, 3, 25);
  }

  /**
   * @param output what the process prints, kept even when it is killed
   */
  static Process start(Path file, Path output) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(SweepInAnotherProcess.class.getName());
    command.add(file.toString());
    return new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .redirectOutput(output.toFile())
        .start();
  }

  static String line(MeasurementKey key) {
    return key.split() + " " + key.transmission() + " " + key.noiseSeed();
  }

  public static void main(String[] arguments) {
    try (MeasurementStore store = MeasurementStore.open(Path.of(arguments[0]));
        AnalyticEvaluator evaluator = evaluator()) {
      new Sweep(evaluator, store, 2)
          .run(
              plan(evaluator),
              new SweepListener() {
                @Override
                public void started(SweepPlan plan, int alreadyMeasured) {
                  // only what this process measures is printed
                }

                @Override
                public void measured(Measurement measurement) {
                  System.out.println(line(measurement.key()));
                  System.out.flush();
                }

                @Override
                public void measuredElsewhere(MeasurementKey key) {
                  // the other process prints it
                }
              });
    }
  }
}
