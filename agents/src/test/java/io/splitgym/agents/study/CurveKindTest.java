package io.splitgym.agents.study;

import static org.assertj.core.api.Assertions.assertThat;

import io.splitgym.agents.evaluation.Interval;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CurveKindTest {
  private static final Interval GOOD = new Interval(0.95, 0.93, 0.97);
  private static final Interval FAIR = new Interval(0.92, 0.9, 0.94);
  private static final Interval POOR = new Interval(0.5, 0.4, 0.6);

  @Test
  void trainingCurvesAreHeldAgainstThePapersOrder() {
    assertThat(judgement(CurveKind.TRAINING_CURVES, GOOD, POOR))
        .isEqualTo("PPO is above the others, as in the paper.");
    assertThat(judgement(CurveKind.TRAINING_CURVES, GOOD, FAIR))
        .isEqualTo("The paper has PPO best; here its interval overlaps that of dqn.");
    assertThat(judgement(CurveKind.TRAINING_CURVES, POOR, FAIR))
        .isEqualTo("This disagrees with the paper, where PPO is best: here dqn is above it.");
    assertThat(CurveKind.TRAINING_CURVES.judgement(Map.of("ppo", GOOD))).isEmpty();
    assertThat(CurveKind.TRAINING_CURVES.judgement(Map.of("ppo", GOOD, "mine", POOR)))
        .as("the paper doesn't know an algorithm of one's own")
        .isEmpty();
  }

  @Test
  void actionSpacesNameTheOneFarthestFromItsOptimum() {
    assertThat(judgement(CurveKind.ACTION_SPACES, GOOD, POOR))
        .isEqualTo("Farthest from its own optimum is dqn, below all others' intervals.");
    assertThat(judgement(CurveKind.ACTION_SPACES, GOOD, FAIR))
        .isEqualTo("Farthest from its own optimum is dqn, though the intervals overlap.");
  }

  private static String judgement(CurveKind kind, Interval ppo, Interval dqn) {
    Map<String, Interval> scores = new LinkedHashMap<>();
    scores.put("ppo", ppo);
    scores.put("dqn", dqn);
    return kind.judgement(scores);
  }
}
