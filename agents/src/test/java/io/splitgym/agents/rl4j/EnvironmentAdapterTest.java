package io.splitgym.agents.rl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.splitgym.agents.AnalyticModel;
import io.splitgym.agents.Environments;
import io.splitgym.agents.policy.ObservationScaling;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.space.DiscreteElement;
import java.util.Map;
import org.deeplearning4j.rl4j.environment.StepResult;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

class EnvironmentAdapterTest {
  private static final long SEED = 5;

  @Test
  void observationsAreScaledAndRewardsAreTheEnvironments() {
    SplitInferenceEnvironment twin = environment(Preset.DEFAULT);
    ObservationScaling scaling = ObservationScaling.of(twin.observationSpace());
    EnvironmentAdapter adapter = adapter(Preset.DEFAULT);

    Map<String, Object> first = adapter.reset();
    assertThat((float[]) first.get(EnvironmentAdapter.CHANNEL))
        .isEqualTo(scaling.scale(twin.reset(SEED, Map.of()).observation()));
    for (int action : new int[] {4, 1, 0, 3}) {
      StepResult seen = adapter.step(action);
      var expected = twin.step(new DiscreteElement(action));
      assertThat((float[]) seen.getChannelsData().get(EnvironmentAdapter.CHANNEL))
          .isEqualTo(scaling.scale(expected.observation()));
      assertThat(seen.getReward()).isEqualTo(expected.reward());
    }
    assertThat(adapter.steps()).isEqualTo(4);
  }

  @Test
  void runningOutOfStepsEndsTheEpisodeWithoutBeingTerminal() {
    EnvironmentAdapter adapter = adapter(Preset.DEFAULT);
    assertThat(adapter.isEpisodeFinished()).isTrue();
    adapter.reset();
    StepResult last = playToTheEnd(adapter);
    assertThat(last.isTerminal()).isFalse();
    assertThat(adapter.isEpisodeFinished()).isTrue();
  }

  @Test
  void anEpisodeThatTerminatesIsTerminalInItsLastStepOnly() {
    EnvironmentAdapter adapter = adapter(Preset.REFERENCE);
    adapter.reset();
    assertThat(adapter.step(0).isTerminal()).isFalse();
    assertThat(playToTheEnd(adapter).isTerminal()).isTrue();
    assertThat(adapter.steps()).isEqualTo(5);
  }

  @Test
  void laterEpisodesGoOnFromTheSeed() {
    EnvironmentAdapter adapter = adapter(Preset.DEFAULT);
    float[] first = (float[]) adapter.reset().get(EnvironmentAdapter.CHANNEL);
    float[] second = (float[]) adapter.reset().get(EnvironmentAdapter.CHANNEL);
    assertThat(second).isNotEqualTo(first);
    assertThat((float[]) adapter(Preset.DEFAULT).reset().get(EnvironmentAdapter.CHANNEL))
        .isEqualTo(first);
  }

  @Test
  void everyStepBringsAMapOfItsOwn() {
    EnvironmentAdapter adapter = adapter(Preset.DEFAULT);
    adapter.reset();
    assertThat(adapter.step(0).getChannelsData()).isNotSameAs(adapter.step(0).getChannelsData());
    adapter.step(1).getChannelsData().replace(EnvironmentAdapter.CHANNEL, "RL4J does this");
  }

  @Test
  void actionsAreTheEnvironments() {
    assertThat(adapter(Preset.DEFAULT).getSchema().getActionSchema().getActionSpaceSize())
        .isEqualTo(5);
  }

  private static StepResult playToTheEnd(EnvironmentAdapter adapter) {
    StepResult step;
    do {
      step = adapter.step(2);
    } while (!adapter.isEpisodeFinished());
    return step;
  }

  private static EnvironmentAdapter adapter(Preset preset) {
    SplitInferenceEnvironment environment = environment(preset);
    return new EnvironmentAdapter(
        environment,
        ObservationScaling.of(environment.observationSpace()),
        SEED,
        Nd4j.getRandomFactory().getNewRandomInstance(1));
  }

  private static SplitInferenceEnvironment environment(Preset preset) {
    return Environments.over(new AnalyticModel(), preset, Map.of());
  }
}
