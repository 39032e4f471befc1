package io.splitgym.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.measurement.AnalyticEvaluator;
import io.splitgym.perplexity.EvaluationSetting;
import io.splitgym.perplexity.LlmBenchmark;
import io.splitgym.perplexity.SplitEvaluator;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class TrainingWalkTest {
  private static LlmBenchmark.OfPrecision timed(String precision, double pass, double... steps) {
    List<Double> splits = Arrays.stream(steps).boxed().toList();
    return new LlmBenchmark.OfPrecision(precision, pass, 1, 1, 3, 0, splits, 1, 1, 0, 0, 0);
  }

  private static TrainingWalk walk(int steps) throws IOException {
    return walk(steps, Map.of());
  }

  private static TrainingWalk walk(int steps, Map<String, Supplier<SplitEvaluator>> llms)
      throws IOException {
    EvaluationSetting setting =
        new EvaluationSetting("m", "aa", 30, "text", "bb", 8, 8, 16, 1024, "f32");
    return TrainingWalk.walk(
        new LlmBenchmark.Result(
            setting,
            1,
            1,
            List.of(1, 29),
            List.of(timed("f32", 10, 8, 8), timed("bf16", 5, 6, 2)),
            4.5,
            1,
            1,
            null,
            null),
        steps,
        4,
        llms,
        done -> {});
  }

  @Test
  void aStepCostsTheCellsThatTheStoreLacksAndTheLongerTheWalkTheFewer() throws IOException {
    TrainingWalk few = walk(160);
    TrainingWalk many = walk(1600);
    assertThat(few.steps()).isEqualTo(160);
    assertThat(few.evaluated()).isBetween(100, 161);
    assertThat(many.hitRate()).isGreaterThan(few.hitRate());
    TrainingWalk.OfPrecision flat = many.precisions().get(0);
    assertThat(flat.stepSeconds())
        .isCloseTo(many.besideSeconds() + 8.0 * many.evaluated() / 1600, within(1e-9));
    assertThat(flat.speedup()).isCloseTo(10 / flat.stepSeconds(), within(1e-9));
    // between the splits that were timed, and nearer to neither
    assertThat((many.precisions().get(1).stepSeconds() - many.besideSeconds()) * 1600)
        .isBetween(2.5 * many.evaluated(), 5.5 * many.evaluated());
    assertThat(walk(160).evaluated()).isEqualTo(few.evaluated());
  }

  @Test
  void onAnLlmItEvaluatesTheVeryCellsThatWereCounted() throws IOException {
    AnalyticEvaluator llm = new AnalyticEvaluator(30, 1, 0);
    TrainingWalk walk = walk(160, Map.of("bf16", () -> llm));
    assertThat(llm.evaluations()).isEqualTo(walk.evaluated());
    assertThat(walk.precisions().get(0).walked()).isNull();
    TrainingWalk.Walked walked = Objects.requireNonNull(walk.precisions().get(1).walked());
    assertThat(walked.stepSeconds()).isBetween(0.0, 1.0);
    assertThat(walked.speedup()).isCloseTo(5 / walked.stepSeconds(), within(1e-9));
  }
}
