package io.splitgym.agents.study;

import static org.assertj.core.api.Assertions.assertThat;

import io.splitgym.agents.AnalyticModel;
import io.splitgym.agents.evaluation.Comparison;
import io.splitgym.agents.learning.Algorithms;
import io.splitgym.agents.learning.Learner;
import io.splitgym.agents.learning.Training;
import io.splitgym.agents.policy.GreedyPolicy;
import io.splitgym.agents.policy.Policy;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LearningCurveTest {
  private static final StudyOptions OPTIONS = new StudyOptions(100, 1, 2, 4, 6, 9, 1);

  /**
   * How often the policy is looked at mustn't change it: the last point is the plain training's.
   */
  @ParameterizedTest
  @ValueSource(strings = {"ppo", "a2c", "dqn"})
  void lookingDoesNotChangeWhatIsLearned(String algorithm) {
    Line line = line(algorithm);
    Policy plain = line.learner().train(Training.of(line::environment, 100, 5));
    double expected =
        Comparison.mean(
            OPTIONS
                .testEpisodes()
                .returns(line.environment(), new GreedyPolicy(plain), done -> {}));

    List<Long> told = new ArrayList<>();
    Table curve = LearningCurve.train(line, OPTIONS, 5, told::add);
    double[] steps = curve.column(LearningCurve.STEPS);
    double[] returns = curve.column(LearningCurve.RETURN);
    assertThat(steps[steps.length - 1]).isEqualTo(100);
    assertThat(steps).isSorted().hasSizeBetween(2, 4);
    assertThat(returns[returns.length - 1]).isEqualTo(expected);
    assertThat(told).isNotEmpty().isSorted();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ppo", "dqn"})
  void tablesAreReadBack(String algorithm) {
    Table curve = LearningCurve.train(line(algorithm), OPTIONS, 5, steps -> {});
    Table read = Table.read(curve.csv());
    assertThat(read.columns()).isEqualTo(curve.columns());
    assertThat(read.column(LearningCurve.RETURN)).isEqualTo(curve.column(LearningCurve.RETURN));
    assertThat(read.csv()).isEqualTo(curve.csv());
  }

  private static Line line(String algorithm) {
    AnalyticModel model = new AnalyticModel();
    Map<String, Object> changed =
        algorithm.equals("ppo") ? Map.of("rolloutSteps", 20, "batchSize", 10) : Map.of();
    if (algorithm.equals("dqn")) {
      changed = Map.of("learningStarts", 10);
    }
    Learner<?> learner = Algorithms.named(algorithm).learner(Preset.DEFAULT, changed);
    return new Line(
        "A",
        algorithm,
        model,
        "formula",
        SplitInferenceParameters.of(Preset.ALL, model.layers()),
        learner);
  }
}
