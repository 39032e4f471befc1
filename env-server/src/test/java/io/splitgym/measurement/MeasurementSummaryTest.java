package io.splitgym.measurement;

import static org.assertj.core.api.Assertions.assertThat;

import io.splitgym.channel.Channel;
import io.splitgym.channel.Erasure;
import io.splitgym.transport.Codec;
import io.splitgym.transport.Concealment;
import io.splitgym.transport.Packets;
import io.splitgym.transport.Payload;
import io.splitgym.transport.Protection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MeasurementSummaryTest {
  @Test
  void whatIsNotRandomHasNoStandardErrorAndWhatIsHas() {
    AnalyticEvaluator evaluator = new AnalyticEvaluator(3, 4, 0);
    Channel channel =
        new Erasure(
            new Packets.OfElements(1),
            Concealment.ZERO,
            new Payload(Codec.INT4, new Protection.None()));
    SweepPlan plan =
        SweepPlan.overLevels(
            evaluator.setting(), channel, List.of(0.0, 0.25), List.of(1, 2), List.of(1L, 2L));
    List<Measurement> all = new ArrayList<>();
    plan.cells().forEach(key -> all.add(Measurement.take(evaluator, key)));
    // nothing is drawn twice where nothing is drawn
    assertThat(all).hasSize(1 + 2 * (1 + 2));
    List<String[]> rows =
        MeasurementSummary.cells(Measurements.of(evaluator.setting(), channel, all))
            .lines()
            .map(line -> line.split(",", -1))
            .toList();
    assertThat(rows).hasSize(1 + 2 * 2);
    assertThat(rows.get(0)).startsWith("split", "level", "draws", "mean", "standard_error");
    for (int split = 1; split <= 2; split++) {
      String[] silent = rows.get(2 * split - 1);
      assertThat(silent).startsWith("" + split, "0", "1");
      assertThat(Double.parseDouble(silent[3])).isGreaterThanOrEqualTo(AnalyticEvaluator.CLEAN);
      assertThat(silent[4]).isEmpty();
      assertThat(silent).endsWith("", "", "");
      String[] random = rows.get(2 * split);
      assertThat(random).startsWith("" + split, "0.25", "2");
      assertThat(Double.parseDouble(random[4])).isPositive();
      assertThat(Double.parseDouble(random[6])).isPositive();
    }
  }
}
