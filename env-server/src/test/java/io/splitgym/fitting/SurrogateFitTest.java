package io.splitgym.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Erasure;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.channel.Range;
import io.splitgym.channel.Transmission;
import io.splitgym.measurement.AnalyticMeasurements;
import io.splitgym.measurement.LevelTable;
import io.splitgym.measurement.Measurement;
import io.splitgym.measurement.MeasurementCsv;
import io.splitgym.measurement.MeasurementKey;
import io.splitgym.measurement.Measurements;
import io.splitgym.reward.ObjectiveReward;
import io.splitgym.reward.ReferenceReward;
import io.splitgym.surrogate.SurrogateFile;
import io.splitgym.surrogate.SurrogateModel;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.DoubleStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class SurrogateFitTest {
  private static final FitOptions QUICK = options(3, 2000);

  private static final Measurements MEASUREMENTS =
      AnalyticMeasurements.of(FadingAwgn.ofUnit(8.5), 2);

  private static SurrogateFit fit;

  @TempDir Path folder;

  @BeforeAll
  static void fit() {
    System.setProperty("java.awt.headless", "true");
    fit = SurrogateFit.of(MEASUREMENTS, QUICK, step -> {});
  }

  @Test
  void theNetworkLearnsASmoothSurfaceBetterThanSimplerRegressors() {
    RegressionErrors network = fit.report().onHeldOut();
    assertThat(network.mae()).isLessThan(0.08);
    assertThat(network.r2()).isGreaterThan(0.999);
    Map<String, RegressionErrors> alternatives = fit.report().alternatives();
    assertThat(alternatives)
        .containsOnlyKeys("constant", "linear", "cubic", "nearest neighbours", "random forest")
        .allSatisfy((name, errors) -> assertThat(errors.mae()).isGreaterThan(network.mae()))
        .hasEntrySatisfying(
            "constant", errors -> assertThat(errors.r2()).isCloseTo(0, within(0.05)));
  }

  @Test
  void theSameMeasurementsAndSeedGiveTheSameFile() {
    Measurements fromText = MeasurementCsv.read(MeasurementCsv.write(MEASUREMENTS));
    FitOptions brief = options(3, 200);
    byte[] file = file(MEASUREMENTS, brief);
    assertThat(file(fromText, brief)).isEqualTo(file);
    assertThat(file(MEASUREMENTS, options(4, 200))).isNotEqualTo(file);
  }

  @Test
  void directDrawsInTheStoreDontMatter() {
    List<Measurement> more = new ArrayList<>(MEASUREMENTS.noisy());
    Measurement one = more.get(0);
    more.add(
        new Measurement(
            new MeasurementKey(
                MEASUREMENTS.setting(),
                new Transmission.AtState(MEASUREMENTS.channel(), new ChannelState(0.1, 1)),
                1,
                7),
            one.losses(),
            1));
    Measurements withDraws =
        new Measurements(
            MEASUREMENTS.setting(), MEASUREMENTS.channel(), MEASUREMENTS.clean(), more);
    assertThat(SurrogateCheck.of(fit.surrogate(), withDraws, 5, 9, 8))
        .isEqualTo(SurrogateCheck.of(fit.surrogate(), MEASUREMENTS, 5, 9, 8));
  }

  private static FitOptions options(long seed, int steps) {
    return new FitOptions(
        seed, FitOptions.DEFAULT.ranges(), 16, 10, 0.2, List.of(64, 64), steps, 128, 5e-3);
  }

  private static byte[] file(Measurements measurements, FitOptions options) {
    return SurrogateFile.write(SurrogateFit.of(measurements, options, step -> {}).surrogate());
  }

  @Test
  void provenanceSaysWhereItComesFrom() {
    SurrogateModel surrogate = fit.surrogate();
    assertThat(surrogate.provenance().dataHash()).isEqualTo(MeasurementCsv.hash(MEASUREMENTS));
    assertThat(surrogate.provenance().channel()).isEqualTo(FadingAwgn.ofUnit(8.5));
    assertThat(surrogate.provenance().errors()).contains("MAE", "held-out");
    assertThat(surrogate.cleanLogPerplexity()).isEqualTo(MEASUREMENTS.clean().logPerplexity());
    assertThat(surrogate.domain().greatestSplit()).isEqualTo(5);
  }

  @Test
  void heldAgainstItsMeasurementsAnywhereItIsAsGood() {
    SurrogateCheck check = SurrogateCheck.of(fit.surrogate(), MEASUREMENTS, 50, 9, 8);
    assertThat(check.cells()).isEqualTo(250);
    assertThat(check.errors().mae()).isLessThan(0.04);
    assertThat(check.sameMeasurements()).isTrue();
    assertThat(check.decisions().meanRegret()).isBetween(0.0, 0.03);
    assertThat(check.decisions().counts().values().stream().mapToInt(Integer::intValue).sum())
        .isEqualTo(check.decisions().states());
  }

  @Test
  void whatWasFittedToSomeSplitsIsComparedWithThose() {
    FitOptions brief = options(3, 50);
    SurrogateModel some =
        SurrogateFit.of(MEASUREMENTS.ofSplits(List.of(2, 3, 4)), brief, step -> {}).surrogate();
    SurrogateCheck check = SurrogateCheck.of(some, MEASUREMENTS, 5, 9, 8);
    assertThat(check.sameMeasurements()).isTrue();
    assertThat(check.dataHash()).isEqualTo(some.provenance().dataHash());
    assertThat(check.splits()).containsExactly(2, 3, 4);
    assertThat(check.splitsLeftAside()).containsExactly(1, 5);
    assertThat(check.cells()).isEqualTo(15);
    assertThat(SurrogateCheck.of(fit.surrogate(), MEASUREMENTS, 5, 9, 8).splitsLeftAside())
        .isEmpty();
  }

  @Test
  void theNoiseOfATextFallsWithItsWindows() {
    double few = noise(2);
    assertThat(few).isPositive().isCloseTo(4 * noise(32), within(1e-12));
    ChannelState state = new ChannelState(0.2, 1);
    LevelTable table = new LevelTable(MEASUREMENTS);
    assertThat(SurrogateCheck.at(fit.surrogate(), MEASUREMENTS, state, 2))
        .hasSize(5)
        .allSatisfy(
            one -> {
              assertThat(one.textDeviation()).isPositive();
              assertThat(one.expectedLogPerplexity())
                  .isEqualTo(table.expectedLogPerplexity(state, one.split()));
              assertThat(one.predicted()).isCloseTo(one.expectedLogPerplexity(), within(0.3));
            });
  }

  private static double noise(int windows) {
    SurrogateCheck check = SurrogateCheck.of(fit.surrogate(), MEASUREMENTS, 5, 9, windows);
    return Objects.requireNonNull(check.textNoise().mean());
  }

  @Test
  void measurementsOfAnotherChannelAreRefused() {
    Measurements other = AnalyticMeasurements.of(new Erasure(1), 1);
    assertThatThrownBy(() -> SurrogateCheck.of(fit.surrogate(), other, 5, 9, 8))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("erasure");
  }

  @Test
  void missingSplitsAreRefused() {
    Measurements some =
        new Measurements(
            MEASUREMENTS.setting(),
            MEASUREMENTS.channel(),
            MEASUREMENTS.clean(),
            MEASUREMENTS.noisy().stream().filter(one -> one.key().split() != 3).toList());
    assertThatThrownBy(() -> SurrogateFit.of(some, QUICK, step -> {}))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("[1, 2, 4, 5]");
  }

  @Test
  void figuresAreDrawnWithoutADisplay() throws Exception {
    List<Path> files =
        SurrogateFigures.write(
            folder.resolve("figures"), new LevelTable(MEASUREMENTS), fit.surrogate());
    assertThat(files)
        .extracting(file -> file.getFileName().toString())
        .containsExactly(
            "fading-awgn-best-split.svg",
            "fading-awgn-best-split.png",
            "fading-awgn-best-split-reference.svg",
            "fading-awgn-best-split-reference.png",
            "fading-awgn-ln-ppl.svg",
            "fading-awgn-ln-ppl.png");
    for (Path file : files) {
      if (file.toString().endsWith(".svg")) {
        assertThat(Files.readString(file)).contains("<svg", "height=\"640px\"", "</svg>");
        assertThat(Files.size(file)).isLessThan(200_000);
        Element drawing =
            DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(withoutDoctype(file))
                .getDocumentElement();
        assertThat(drawing.getElementsByTagName("path").getLength()).isPositive();
      } else {
        assertThat(ImageIO.read(file.toFile()).getWidth()).isEqualTo(1000);
      }
    }
  }

  /** The document type lies on a server elsewhere. */
  private static InputSource withoutDoctype(Path file) throws IOException {
    return new InputSource(
        new StringReader(Files.readString(file).replaceFirst("<!DOCTYPE[^>]*>", "")));
  }

  @Test
  void theReferenceRewardIsAveragedOverStarts() {
    LevelTable table = new LevelTable(MEASUREMENTS);
    SplitMap map =
        new SplitMap(
            QUICK.ranges(),
            2,
            2,
            table.splits(),
            table.cleanLogPerplexity(),
            6,
            table::expectedLogPerplexity,
            ReferenceReward.DEFAULT);
    ChannelState state = new ChannelState(map.sigmas()[1], map.shapes()[1]);
    double sum = 0;
    for (int start = 1; start <= 4; start++) {
      double ratio =
          Math.exp(
              table.expectedLogPerplexity(state, 3) - table.expectedLogPerplexity(state, start));
      sum += Math.max(-10.5, 10.5 * (1 - ratio)) + (5 - 3) / 5.0;
    }
    assertThat(map.cost(1, 1, 3)).isCloseTo(-sum / 4, within(1e-9));
  }

  @Test
  void theBestSplitIsTheCheapest() {
    LevelTable table = new LevelTable(MEASUREMENTS);
    SplitMap map =
        new SplitMap(
            QUICK.ranges(),
            4,
            3,
            table.splits(),
            table.cleanLogPerplexity(),
            6,
            table::expectedLogPerplexity,
            ObjectiveReward.DEFAULT);
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 3; j++) {
        ChannelState state = new ChannelState(map.sigmas()[i], map.shapes()[j]);
        double best = cost(table, state, map.best(i, j));
        assertThat(map.cost(i, j, map.best(i, j))).isCloseTo(best, within(1e-12));
        for (int split = 1; split <= 5; split++) {
          assertThat(cost(table, state, split)).isGreaterThanOrEqualTo(best);
        }
      }
    }
    assertThat(map.best(0, 0)).isEqualTo(1);
  }

  private static double cost(LevelTable table, ChannelState state, int split) {
    return table.expectedLogPerplexity(state, split) - table.cleanLogPerplexity() + split / 6.0;
  }

  @Test
  void gridsHaveTheirEnds() {
    assertThat(CellGrid.evenly(new Range(0, 0.3), 4))
        .containsExactly(DoubleStream.of(0, 0.1, 0.2, 0.3).toArray(), within(1e-15));
    double[] shapes = CellGrid.byRatio(new Range(0.5, 8), 5);
    assertThat(shapes).containsExactly(new double[] {0.5, 1, 2, 4, 8}, within(1e-12));
    assertThat(shapes[4]).isEqualTo(8);
  }
}
