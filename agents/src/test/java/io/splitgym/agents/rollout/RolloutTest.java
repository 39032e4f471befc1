package io.splitgym.agents.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.agents.AnalyticModel;
import io.splitgym.agents.Environments;
import io.splitgym.agents.learning.Training;
import io.splitgym.environment.Preset;
import io.splitgym.random.RandomStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RolloutTest {
  @Test
  void advantagesAreDiscountedSumsOfErrorsUpToTheEpisodesEnd() {
    // two environments, three steps; the first one's episode ends with its second step
    Rollout rollout = new Rollout(2, 3, 1);
    rollout.setSamples(6);
    float[] rewards = {1, 10, 2, 20, 3, 30};
    float[] values = {0.5f, 5, 0.25f, 6, 0.125f, 7};
    System.arraycopy(rewards, 0, rollout.rewards, 0, 6);
    System.arraycopy(values, 0, rollout.values, 0, 6);
    rollout.ended[2] = true;
    rollout.estimateAdvantages(new float[] {4, 8}, 0.9, 0.8);

    double third = 3 + 0.9 * 4 - 0.125;
    double second = 2 - 0.25;
    double first = 1 + 0.9 * 0.25 - 0.5 + 0.72 * second;
    assertThat(rollout.advantages[4]).isCloseTo((float) third, within(1e-5f));
    assertThat(rollout.advantages[2]).isCloseTo((float) second, within(1e-5f));
    assertThat(rollout.advantages[0]).isCloseTo((float) first, within(1e-5f));
    double last = 30 + 0.9 * 8 - 7;
    assertThat(rollout.advantages[3])
        .isCloseTo((float) (20 + 0.9 * 7 - 6 + 0.72 * last), within(1e-4f));
    assertThat(rollout.returns[0]).isCloseTo((float) (first + 0.5), within(1e-5f));
  }

  @Test
  void truncatedEpisodesGetTheValueOfWhereTheyWereTruncated() {
    Map<String, Object> oneStep = Map.of("episodeSteps", 1, "dynamics", Map.of("kind", "static"));
    Rollout truncated = collect(oneStep);
    Rollout terminated =
        collect(
            Map.of(
                "episodeSteps", 1, "dynamics", Map.of("kind", "static"), "endsAs", "terminated"));
    boolean anyDiffers = false;
    for (int sample = 0; sample < 8; sample++) {
      assertThat(truncated.ended[sample]).isTrue();
      assertThat(truncated.actions[sample]).isEqualTo(terminated.actions[sample]);
      // one step: all that is left is the reward, and the bootstrap within it
      assertThat(truncated.returns[sample]).isCloseTo(truncated.rewards[sample], within(1e-5f));
      anyDiffers |= truncated.rewards[sample] != terminated.rewards[sample];
    }
    assertThat(anyDiffers).isTrue();
  }

  @Test
  void distributionIsDrawnFromByItsCumulativeProbabilities() {
    Categorical distribution = new Categorical(3);
    distribution.of(new float[] {7, 0, (float) Math.log(2), (float) Math.log(5)}, 1);
    assertThat(distribution.probability(1)).isCloseTo(0.25f, within(1e-6f));
    assertThat(distribution.logProbability(2)).isCloseTo((float) Math.log(0.625), within(1e-6f));
    assertThat(distribution.entropy()).isCloseTo(0.9003f, within(1e-4f));
    assertThat(distribution.at(0)).isZero();
    assertThat(distribution.at(0.13)).isEqualTo(1);
    assertThat(distribution.at(0.38)).isEqualTo(2);
    assertThat(distribution.at(Math.nextDown(1.0))).isEqualTo(2);
  }

  private static Rollout collect(Map<String, Object> overrides) {
    RandomStream seeds = RandomStream.ofSeed(3);
    Training training =
        Training.of(() -> Environments.over(new AnalyticModel(), Preset.DEFAULT, overrides), 8, 1);
    try (RolloutCollector collector = new RolloutCollector(training, 1, seeds)) {
      ActorCritic networks =
          ActorCritic.draw(3, List.of(8), collector.actions(), 8, seeds.named("weights"));
      Rollout rollout = collector.room(8);
      collector.collect(networks, rollout, 8, 0.9, 0.8);
      return rollout;
    }
  }
}
