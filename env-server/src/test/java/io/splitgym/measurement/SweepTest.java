package io.splitgym.measurement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.channel.FadingAwgn;
import io.splitgym.channel.Transmission;
import io.splitgym.perplexity.EvaluationSetting;
import io.splitgym.perplexity.SplitEvaluator;
import io.splitgym.perplexity.WindowLosses;
import io.splitgym.validation.InvalidValueException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class SweepTest {
  @TempDir Path folder;

  private final AnalyticEvaluator evaluator = SweepInAnotherProcess.evaluator();
  private final SweepPlan plan = SweepInAnotherProcess.plan(evaluator);

  @Test
  void aKilledSweepKeepsWhatItReportedAndTheNextDoesOnlyTheRest() throws Exception {
    Path file = folder.resolve("measurements.sqlite");
    Path output = folder.resolve("reported.txt");
    Process child = SweepInAnotherProcess.start(file, output);
    while (Files.readAllLines(output).size() < 9) {
      assertThat(child.isAlive()).isTrue();
      Thread.sleep(5);
    }
    child.destroyForcibly();
    child.waitFor();
    String printed = Files.readString(output);
    // the last line may be half a line
    List<String> reported = printed.substring(0, printed.lastIndexOf('\n')).lines().toList();

    try (MeasurementStore store = MeasurementStore.open(file)) {
      List<String> kept =
          store.all(evaluator.setting()).stream()
              .map(measurement -> SweepInAnotherProcess.line(measurement.key()))
              .toList();
      assertThat(kept).containsAll(reported).hasSizeLessThan(plan.cells().size());

      Sweep.Outcome outcome = new Sweep(evaluator, store, 2).run(plan, new Recorder());

      assertThat(outcome.complete()).isTrue();
      assertThat(outcome.measuredBefore()).isEqualTo(kept.size());
      assertThat(evaluator.evaluations()).isEqualTo(plan.cells().size() - kept.size());
      assertThat(store.all(evaluator.setting())).hasSameSizeAs(plan.cells());
    }
  }

  @Test
  void twoProcessesShareAFileAndNothingIsMeasuredTwice() throws Exception {
    Path file = folder.resolve("measurements.sqlite");
    Path firstOutput = folder.resolve("first.txt");
    Path secondOutput = folder.resolve("second.txt");
    Process first = SweepInAnotherProcess.start(file, firstOutput);
    Process second = SweepInAnotherProcess.start(file, secondOutput);
    assertThat(first.waitFor()).isZero();
    assertThat(second.waitFor()).isZero();
    List<String> byFirst = Files.readAllLines(firstOutput);
    List<String> bySecond = Files.readAllLines(secondOutput);
    List<String> both = new ArrayList<>(byFirst);
    both.addAll(bySecond);
    assertThat(both)
        .containsExactlyInAnyOrderElementsOf(
            plan.cells().stream().map(SweepInAnotherProcess::line).toList());
  }

  @Test
  void threadsDontChangeTheNumbers() {
    try (MeasurementStore alone = MeasurementStore.open(folder.resolve("one.sqlite"));
        MeasurementStore together = MeasurementStore.open(folder.resolve("four.sqlite"))) {
      new Sweep(evaluator, alone, 1).run(plan, new Recorder());
      new Sweep(evaluator, together, 4).run(plan, new Recorder());

      for (MeasurementKey cell : plan.cells()) {
        assertThat(together.find(cell).orElseThrow().losses())
            .isEqualTo(alone.find(cell).orElseThrow().losses());
      }
    }
  }

  @Test
  void theFirstNoiseSeedIsFinishedBeforeTheSecondBegins() {
    Recorder recorder = new Recorder();
    try (MeasurementStore store = MeasurementStore.open(folder.resolve("m.sqlite"))) {
      new Sweep(evaluator, store, 1).run(plan, recorder);
    }
    assertThat(recorder.measured.get(0).key()).isEqualTo(MeasurementKey.clean(evaluator.setting()));
    assertThat(recorder.measured)
        .extracting(measurement -> measurement.key().noiseSeed())
        .isSorted()
        .hasSize(1 + 5 * 4 * 3);
  }

  @Test
  void aStoppedSweepEndsWithWholeMeasurements() {
    try (MeasurementStore store = MeasurementStore.open(folder.resolve("m.sqlite"))) {
      Sweep sweep = new Sweep(evaluator, store, 2);
      Recorder recorder =
          new Recorder() {
            @Override
            public void measured(Measurement measurement) {
              super.measured(measurement);
              sweep.stop();
            }
          };
      Sweep.Outcome outcome = sweep.run(plan, recorder);

      assertThat(outcome.complete()).isFalse();
      assertThat(outcome.measured()).isBetween(1, 2);
      assertThat(store.all(evaluator.setting())).hasSize(outcome.measured());
    }
  }

  @Test
  void whatTheEvaluatorThrowsEndsTheSweepAndFreesTheCell() {
    SplitEvaluator broken =
        new SplitEvaluator() {
          @Override
          public EvaluationSetting setting() {
            return evaluator.setting();
          }

          @Override
          public int layers() {
            return evaluator.layers();
          }

          @Override
          public WindowLosses evaluate(int split, Transmission transmission, long noiseSeed) {
            if (split == 2) {
              throw new IllegalStateException("no memory left");
            }
            return evaluator.evaluate(split, transmission, noiseSeed);
          }

          @Override
          public void close() {
            evaluator.close();
          }
        };
    try (MeasurementStore store = MeasurementStore.open(folder.resolve("m.sqlite"))) {
      assertThatThrownBy(() -> new Sweep(broken, store, 1).run(plan, new Recorder()))
          .hasMessage("no memory left");
      assertThat(store.all(evaluator.setting())).hasSize(1 + 4);
      assertThat(new Sweep(evaluator, store, 1).run(plan, new Recorder()).complete()).isTrue();
    }
  }

  @Test
  void aChannelWithoutALevelIsNotSweptOverLevels() {
    assertThatThrownBy(
            () ->
                SweepPlan.overLevels(
                    evaluator.setting(),
                    new FadingAwgn(8.5, 4, true),
                    List.of(1.0),
                    List.of(1),
                    List.of(1L)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("blockTokens=4");
  }

  private static class Recorder implements SweepListener {
    final List<Measurement> measured = new ArrayList<>();

    @Override
    public void started(SweepPlan plan, int alreadyMeasured) {
      // what was measured is what counts
    }

    @Override
    public void measured(Measurement measurement) {
      measured.add(measurement);
    }

    @Override
    public void measuredElsewhere(MeasurementKey key) {
      // what was measured here is what counts
    }
  }
}
