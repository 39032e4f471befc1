package io.splitgym.measurement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.channel.Channel;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Erasure;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.channel.Transmission;
import io.splitgym.perplexity.WindowLosses;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MeasurementCsvTest {
  private final AnalyticEvaluator evaluator = new AnalyticEvaluator(6, 3, 0);

  private Measurements measure(Channel channel) {
    List<Measurement> all = new ArrayList<>();
    List<MeasurementKey> keys = new ArrayList<>();
    keys.add(MeasurementKey.clean(evaluator.setting()));
    for (long seed : new long[] {2, 1}) {
      for (int split = 5; split >= 1; split--) {
        keys.add(key(new Transmission.AtLevel(channel, 1.0 / 3), split, seed));
        keys.add(key(new Transmission.AtLevel(channel, 0.1), split, seed));
        keys.add(key(new Transmission.AtState(channel, new ChannelState(0.3, 0.75)), split, seed));
      }
    }
    keys.forEach(key -> all.add(Measurement.take(evaluator, key)));
    return Measurements.of(evaluator.setting(), channel, all);
  }

  private MeasurementKey key(Transmission transmission, int split, long seed) {
    return new MeasurementKey(evaluator.setting(), transmission, split, seed);
  }

  @Test
  void whatIsWrittenReadsBackToTheBit() {
    for (Channel channel : List.of(FadingAwgn.ofUnit(8.437512345678901), new Erasure(4))) {
      Measurements measurements = measure(channel);
      String text = MeasurementCsv.write(measurements);
      Measurements read = MeasurementCsv.read(text);
      assertThat(read).isEqualTo(measurements);
      assertThat(MeasurementCsv.write(read)).isEqualTo(text);
      assertThat(MeasurementCsv.hash(read)).isEqualTo(MeasurementCsv.hash(measurements));
    }
  }

  @Test
  void theOrderInWhichCellsWereMeasuredDoesNotShow() {
    Measurements measurements = measure(new Erasure(1));
    List<Measurement> reversed = new ArrayList<>(measurements.noisy());
    Collections.reverse(reversed);
    Measurements other =
        new Measurements(
            measurements.setting(), measurements.channel(), measurements.clean(), reversed);
    assertThat(MeasurementCsv.write(other)).isEqualTo(MeasurementCsv.write(measurements));
  }

  @Test
  void aFileFromBeforeBitsWereCountedReadsAndWritesAsItWas() {
    List<Measurement> uncounted = new ArrayList<>();
    Measurements counted = measure(new Erasure(1));
    for (Measurement one : counted.noisy()) {
      uncounted.add(
          new Measurement(
              one.key(),
              new WindowLosses(one.losses().sums(), one.losses().tokens()),
              one.seconds()));
    }
    Measurements before =
        new Measurements(counted.setting(), counted.channel(), counted.clean(), uncounted);
    String text = MeasurementCsv.write(before);
    assertThat(text).doesNotContain("bits_per_token");
    assertThat(MeasurementCsv.read(text)).isEqualTo(before);
    assertThat(MeasurementCsv.write(counted)).contains(",seconds,bits_per_token,nll_window_1");
    // some of both
    List<Measurement> mixed = new ArrayList<>(counted.noisy().subList(0, 3));
    mixed.addAll(uncounted.subList(3, uncounted.size()));
    Measurements both =
        new Measurements(counted.setting(), counted.channel(), counted.clean(), mixed);
    assertThat(MeasurementCsv.read(MeasurementCsv.write(both))).isEqualTo(both);
  }

  @Test
  void linesOfWindowsReadAsWell() {
    Measurements measurements = measure(new Erasure(1));
    String text = MeasurementCsv.write(measurements).replace("\n", "\r\n");
    assertThat(MeasurementCsv.read(text)).isEqualTo(measurements);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "# SplitGym measurements, version 1|# SplitGym measurements, version 2|line 1",
        "# modelHash = 00ff|# hash = 00ff|modelHash",
        "# layers = 6|# layers = six|layers",
        "# channel = erasure|# channel = fog|fog",
        "# channel.packetElements = 1|# channel.packetElements = 0|packetElements",
        "nll_window_2|nll_window_7|line 15",
        "# windowTokens = 7 7 5|# windowTokens = 7 7 6|nll in line 16",
      })
  void aMistakeIsNamed(String right, String wrong, String named) {
    String text = MeasurementCsv.write(measure(new Erasure(1)));
    assertThat(text).contains(right);
    assertThatThrownBy(() -> MeasurementCsv.read(text.replace(right, wrong)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining(named);
  }

  @Test
  void aTruncatedRowIsRefused() {
    String text = MeasurementCsv.write(measure(new Erasure(1)));
    assertThatThrownBy(() -> MeasurementCsv.read(text.substring(0, text.lastIndexOf(','))))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("values");
  }
}
