package io.splitgym.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.channel.Channel;
import io.splitgym.channel.ChannelProvider;
import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Erasure;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.channel.LevelledChannel;
import io.splitgym.channel.Range;
import io.splitgym.checkpoint.SafetensorsFile;
import io.splitgym.checkpoint.SafetensorsFile.Tensor;
import io.splitgym.extension.OnClassPath;
import io.splitgym.measurement.AnalyticMeasurements;
import io.splitgym.measurement.LevelTable;
import io.splitgym.measurement.Measurements;
import io.splitgym.surrogate.SurrogateFile;
import io.splitgym.surrogate.SurrogateModel;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On an evaluator whose steps cost nothing, so that there can be many to compare with. */
class DrawFitTest {
  private static final FitOptions QUICK =
      new FitOptions(3, FitOptions.DEFAULT.ranges(), 16, 10, 0.2, List.of(64, 64), 2500, 128, 5e-3);
  private static final Channel FADING = FadingAwgn.ofUnit(8.5);

  /** One element in 100,000 is lost at most, which no window shows. */
  private static final ChannelRanges WITHOUT_NOISE =
      new ChannelRanges(new Range(0, 1e-5), new Range(1, 2));

  private static SurrogateModel meanOnly;
  private static SurrogateModel fading;
  private static DrawFit.Report report;

  @TempDir Path folder;

  @BeforeAll
  static void fit() {
    System.setProperty("java.awt.headless", "true");
    Measurements measurements = AnalyticMeasurements.of(FADING, 4);
    meanOnly = SurrogateFit.unjudged(measurements, QUICK, step -> {});
    DrawFit fit = DrawFit.of(meanOnly, measurements, QUICK, step -> {});
    fading = fit.surrogate();
    report = fit.report();
  }

  /** Steps as an environment on the LLM takes them: fading and noise drawn. */
  private static Measurements steps(Channel channel, int windows, int draws) {
    return AnalyticMeasurements.steps(
        channel,
        windows,
        List.of(0.05, 0.15, 0.28),
        List.of(0.7, 2.0, 8.0),
        List.of(1, 3, 5),
        draws);
  }

  @Test
  void sampledAnswersLieAsTheLlmsStepsDo() {
    DrawCalibration calibration = DrawCalibration.of(fading, steps(FADING, 9, 60), 8, 400, 1);
    assertThat(calibration.steps()).isEqualTo(9 * 3 * 60);
    assertThat(calibration.intervals())
        .hasSize(4)
        .allSatisfy(
            interval -> assertThat(interval.covered()).isCloseTo(interval.share(), within(0.06)));
    assertThat(calibration.standardisedDeviation()).isBetween(0.85, 1.15);
    assertThat(calibration.greatestGap()).isLessThan(0.08);
    assertThat(calibration.meanOff()).isCloseTo(0, within(0.05));
  }

  @Test
  void calibrationTellsWhereSampledAnswersVaryTwiceAsMuch() throws IOException {
    SafetensorsFile file = SafetensorsFile.read(SurrogateFile.write(fading));
    SortedMap<String, Tensor> tensors = new TreeMap<>(file.tensors());
    float[] means = Objects.requireNonNull(tensors.get("draws.target.mean")).values().clone();
    for (int i = 0; i < means.length; i++) {
      means[i] += (float) Math.log(2);
    }
    tensors.put("draws.target.mean", new Tensor(List.of(means.length), means));
    SurrogateModel wide = SurrogateFile.read(new SafetensorsFile(file.metadata(), tensors).write());
    DrawCalibration calibration = DrawCalibration.of(wide, steps(FADING, 9, 40), 8, 400, 1);
    assertThat(calibration.standardisedDeviation()).isCloseTo(0.5, within(0.1));
    assertThat(calibration.intervals().get(0).covered()).isGreaterThan(0.65);
    assertThat(calibration.greatestGap()).isGreaterThan(0.1);
  }

  @Test
  void theNetworkLearnsTheDeviationsOfEveryState() {
    assertThat(report.fewestDraws()).isEqualTo(4);
    assertThat(report.fittedCells()).isBetween(580, 700);
    assertThat(report.heldOutCells()).isBetween(80, 220);
    assertThat(report.logRatio()).isCloseTo(0, within(0.08));
    assertThat(report.logError()).isLessThan(0.2);
    LevelTable table = new LevelTable(AnalyticMeasurements.of(FADING, 4));
    for (ChannelState state : List.of(new ChannelState(0.07, 1), new ChannelState(0.22, 3.3))) {
      for (int split = 1; split <= 5; split++) {
        assertThat(fading.drawDeviation(state, split, 4))
            .isCloseTo(
                table.textDeviation(state, split, 4),
                within(0.2 * table.textDeviation(state, split, 4)));
      }
    }
  }

  @Test
  void theMeanStaysWhatItIs() {
    ChannelState state = new ChannelState(0.13, 0.9);
    for (int split = 1; split <= 5; split++) {
      assertThat(fading.expectedLogPerplexity(state, split))
          .isEqualTo(meanOnly.expectedLogPerplexity(state, split));
    }
    assertThat(fading.provenance()).isEqualTo(meanOnly.provenance());
  }

  @Test
  void theSameMeasurementsAndSeedGiveTheSameFile() {
    Measurements measurements = AnalyticMeasurements.of(new Erasure(1), 2);
    FitOptions brief = QUICK.withSteps(60);
    SurrogateModel mean = SurrogateFit.unjudged(measurements, brief, step -> {});
    byte[] file = SurrogateFile.write(draws(mean, measurements, brief));
    assertThat(SurrogateFile.write(draws(mean, measurements, brief))).isEqualTo(file);
    assertThat(SurrogateFile.write(draws(mean, measurements, brief.withSeed(4))))
        .isNotEqualTo(file);
  }

  private static SurrogateModel draws(
      SurrogateModel mean, Measurements measurements, FitOptions options) {
    return DrawFit.of(mean, measurements, options, step -> {}).surrogate();
  }

  @Test
  void whereNothingVariesThereIsNothingToJudge() {
    Measurements measurements = AnalyticMeasurements.of(new Erasure(1), 2);
    FitOptions silent = QUICK.withSteps(40).withRanges(WITHOUT_NOISE);
    SurrogateModel mean = SurrogateFit.unjudged(measurements, silent, step -> {});
    DrawFit fit = DrawFit.of(mean, measurements, silent, step -> {});
    assertThat(fit.report().heldOutCells()).isZero();
    assertThat(fit.report().logRatio()).isNull();
    assertThat(fit.report().logError()).isNull();
    assertThat(fit.surrogate().draws().orElseThrow().provenance().errors())
        .isEqualTo("on no held-out cell, for none is above 0.01 nats");
  }

  @Test
  void ofAProvidedChannelThereIsAMeanAndNoDraws() throws IOException {
    try (var here =
        new OnClassPath(folder, ChannelProvider.class, LevelledChannel.class.getName())) {
      Channel channel = LevelledChannel.chosen();
      Measurements measurements = AnalyticMeasurements.of(channel, 2);
      FitOptions brief = QUICK.withSteps(1500);
      SurrogateModel mean = SurrogateFit.unjudged(measurements, brief, step -> {});
      ChannelState state = new ChannelState(0.2, 1);
      assertThat(mean.expectedLogPerplexity(state, 2))
          .isCloseTo(new LevelTable(measurements).expectedLogPerplexity(state, 2), within(0.5));
      assertThatThrownBy(() -> DrawFit.of(mean, measurements, brief, step -> {}))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageContaining(LevelledChannel.NAME)
          .hasMessageContaining("must be fading-awgn or erasure");
    }
  }

  @Test
  void whatTheTextsEndLeavesOverIsNoWindowOfAStep() {
    // of nine windows the last scores five tokens instead of seven
    Measurements nine = steps(FADING, 9, 2);
    int texts = 9 * 3 * 2;
    assertThat(DrawCalibration.of(fading, nine, 1, 10, 1).steps()).isEqualTo(8 * texts);
    assertThat(DrawCalibration.of(fading, nine, 3, 10, 1).steps()).isEqualTo(2 * texts);
    // every state and split has the same two noise seeds
    assertThat(DrawCalibration.of(fading, nine, 3, 10, 1).draws()).isEqualTo(2 * 2);
    assertThatThrownBy(() -> DrawCalibration.of(fading, nine, 9, 10, 1))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("without a direct draw of 9 whole windows");
  }

  @Test
  void stepsOfOtherWindowsThanTheDrawsAreNotCompared() throws IOException {
    SafetensorsFile file = SafetensorsFile.read(SurrogateFile.write(fading));
    SortedMap<String, String> metadata = new TreeMap<>(file.metadata());
    assertThat(metadata.put("draws.window", "16")).isEqualTo("8");
    SurrogateModel other =
        SurrogateFile.read(new SafetensorsFile(metadata, file.tensors()).write());
    assertThatThrownBy(() -> DrawCalibration.of(other, steps(FADING, 9, 1), 8, 10, 1))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage(
            "window of the measurements is 8, must be 16 tokens, as those that the surrogate's"
                + " draws are over");
  }

  @Test
  void whatCannotBeKnownIsRefused() {
    Measurements other = AnalyticMeasurements.of(new Erasure(1), 1);
    assertThatThrownBy(() -> DrawFit.of(meanOnly, other, QUICK, step -> {}))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("erasure");
    Measurements fewer = AnalyticMeasurements.of(FADING, 2).ofSplits(List.of(1, 2, 3));
    assertThatThrownBy(() -> DrawFit.of(meanOnly, fewer, QUICK, step -> {}))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("measured splits");
    assertThatThrownBy(() -> DrawCalibration.of(meanOnly, steps(FADING, 9, 1), 8, 10, 1))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("noise");
    assertThatThrownBy(() -> DrawCalibration.of(fading, steps(FADING, 3, 1), 8, 10, 1))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("direct draw of 8 whole windows");
  }

  @Test
  void theFigureIsDrawnWithoutADisplay() throws Exception {
    DrawCalibration calibration = DrawCalibration.of(fading, steps(FADING, 9, 2), 8, 50, 1);
    assertThat(SurrogateFigures.writeCalibration(folder, fading, calibration))
        .extracting(file -> file.getFileName().toString())
        .containsExactly("fading-awgn-calibration.svg", "fading-awgn-calibration.png");
    assertThat(Files.readString(folder.resolve("fading-awgn-calibration.svg"))).contains("<svg");
  }
}
