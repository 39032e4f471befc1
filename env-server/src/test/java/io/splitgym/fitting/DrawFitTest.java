package io.splitgym.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.channel.Channel;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Erasure;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.checkpoint.SafetensorsFile;
import io.splitgym.checkpoint.SafetensorsFile.Tensor;
import io.splitgym.measurement.AnalyticMeasurements;
import io.splitgym.measurement.LevelTable;
import io.splitgym.measurement.Measurements;
import io.splitgym.measurement.WindowDraws;
import io.splitgym.surrogate.SurrogateFile;
import io.splitgym.surrogate.SurrogateModel;
import io.splitgym.transport.Codec;
import io.splitgym.transport.Concealment;
import io.splitgym.transport.Packets;
import io.splitgym.transport.Payload;
import io.splitgym.transport.Protection;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On an evaluator whose steps cost nothing, so that there can be many to compare with. */
class DrawFitTest {
  private static final FitOptions QUICK =
      new FitOptions(3, FitOptions.DEFAULT.ranges(), 16, 10, 0.2, List.of(64, 64), 2500, 128, 5e-3);
  private static final Channel FADING = FadingAwgn.ofUnit(8.5);

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

  @Test
  void whatACodecDoesByItselfIsNoNoise() {
    Erasure coded =
        new Erasure(
            new Packets.OfElements(1),
            Concealment.ZERO,
            new Payload(Codec.INT8, new Protection.None()));
    double[] probabilities = {0, 0.1, 0.5, 0.9, 1};
    WindowDraws draws = new WindowDraws(new LevelTable(AnalyticMeasurements.of(coded, 2)));
    for (double sigma : new double[] {0.001, 0.1, 0.3}) {
      WindowDraws.Spread spread = draws.at(new ChannelState(sigma, 1)).of(2, probabilities);
      assertThat(spread.deviation()).isFinite().isNotNegative();
      assertThat(spread.quantiles()).isSorted().doesNotContain(Double.NaN);
    }
  }

  private static SurrogateModel draws(
      SurrogateModel mean, Measurements measurements, FitOptions options) {
    return DrawFit.of(mean, measurements, options, step -> {}).surrogate();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 6})
  void theNoiseAtALevelIsTakenFromHowWindowsDiffer(int draws) {
    // 512 elements, of which a tenth is lost: 0.04 nats, by hand
    Measurements measurements = AnalyticMeasurements.of(new Erasure(1), draws);
    WindowDraws windows = new WindowDraws(new LevelTable(measurements));
    ChannelState state = new ChannelState(0.1, 1);
    double[] ends = {0, 0.25, 0.5, 0.75, 1};
    WindowDraws.Spread spread = windows.at(state).of(3, ends);
    assertThat(spread.quantiles()).isSorted();
    assertThat(spread.deviation()).isBetween(0.02, 0.12);
    WindowDraws.Spread clean = windows.at(new ChannelState(0, 1)).of(3, ends);
    assertThat(clean.deviation()).isZero();
    assertThat(clean.quantiles()).containsOnly(0);
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
        .hasMessageContaining("direct draw of 8 windows");
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
