package io.splitgym.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.channel.Erasure;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.measurement.MeasurementCsv;
import io.splitgym.measurement.Measurements;
import io.splitgym.surrogate.ShippedSurrogates;
import io.splitgym.surrogate.SurrogateModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShippedSurrogatesTest {
  private static Measurements measurements(String channel) throws IOException {
    String name = "smollm2-135m-" + channel + ".csv";
    try (InputStream stream = ShippedSurrogates.class.getResourceAsStream(name)) {
      byte[] text = Objects.requireNonNull(stream, name).readAllBytes();
      return MeasurementCsv.read(new String(text, StandardCharsets.UTF_8));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"fading-awgn", "erasure"})
  void eachWasFittedToTheMeasurementsBesideIt(String channel) throws IOException {
    SurrogateModel surrogate = ShippedSurrogates.load(channel);
    SurrogateCheck check = SurrogateCheck.of(surrogate, measurements(channel), 25, 4, 8);
    assertThat(surrogate.provenance().channel().name()).isEqualTo(channel);
    assertThat(check.sameMeasurements()).isTrue();
    assertThat(check.errors().mae()).isLessThan(0.02);
    assertThat(check.decisions().meanRegret()).isLessThan(0.01);
  }

  @Test
  void theDefaultEnvironmentIsNotDegenerate() throws IOException {
    SurrogateModel surrogate = ShippedSurrogates.load(FadingAwgn.NAME);
    SplitDecisions decisions =
        SurrogateCheck.of(surrogate, measurements(FadingAwgn.NAME), 1, 4, 8).decisions();
    assertThat(decisions.distinct()).isGreaterThanOrEqualTo(4);
    assertThat(decisions.counts().firstKey()).isLessThanOrEqualTo(2);
    assertThat(decisions.counts().lastKey()).isGreaterThanOrEqualTo(8);
    // no single split is best nearly everywhere
    assertThat(decisions.counts().values()).allMatch(states -> states < decisions.states() / 2);
  }

  private static Measurements data(String name) throws IOException {
    return MeasurementCsv.read(Files.readString(Path.of("..", "docs", "data", name + ".csv")));
  }

  @Test
  void theDrawsWereFittedToTheDataThatIsTold() throws IOException {
    assertThat(dataHash(FadingAwgn.NAME))
        .isEqualTo(MeasurementCsv.hash(data("smollm2-135m-fading-awgn")));
    assertThat(dataHash(Erasure.NAME)).isEqualTo(MeasurementCsv.hash(data("smollm2-135m-erasure")));
  }

  private static String dataHash(String channel) {
    return ShippedSurrogates.load(channel).draws().orElseThrow().provenance().dataHash();
  }

  /** The real LLM's, none of which was fitted to. */
  @ParameterizedTest
  @CsvSource({
    "smollm2-135m-fading-awgn-steps, 8, 205, 0.07",
    "smollm2-135m-fading-awgn-steps-4096, 8, 62, 0.1",
    "smollm2-135m-fading-awgn-steps-4096, 1, 496, 0.07"
  })
  void sampledAnswersLieAsStepsOfTheLlmDo(String name, int windows, int steps, double off)
      throws IOException {
    DrawCalibration calibration =
        DrawCalibration.of(ShippedSurrogates.load(FadingAwgn.NAME), data(name), windows, 300, 1);
    assertThat(calibration.steps()).isEqualTo(steps);
    assertThat(calibration.intervals())
        .allSatisfy(
            interval -> assertThat(interval.covered()).isCloseTo(interval.share(), within(off)));
  }
}
