package io.splitgym.surrogate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.channel.ChannelState;
import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.checkpoint.SafetensorsFile;
import io.splitgym.checkpoint.SafetensorsFile.Tensor;
import io.splitgym.environment.AutoresetMode;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.environment.SplitInferenceVector;
import io.splitgym.environment.VectorSeeds;
import io.splitgym.random.RandomStream;
import io.splitgym.space.DiscreteElement;
import io.splitgym.validation.InvalidValueException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Networks that were fitted elsewhere: no more in the file than their form asks for. */
class ForeignSurrogateTest {
  private final TreeMap<String, String> metadata =
      new TreeMap<>(
          Map.of(
              "format", "splitgym-surrogate",
              "version", "1",
              "features", "sigma, p",
              "target", "first term of the reward",
              "layers", "32",
              "domain.sigma", "0 0.3",
              "domain.m", "0.5 1000",
              "domain.p", "1 10",
              "channel", "erasure",
              "channel.packetElements", "1"));

  /** 10 (max(sigma - 0.1 p, 0) 2 + max(p, 0) 0.5 - 1). */
  private final TreeMap<String, Tensor> tensors =
      new TreeMap<>(
          Map.of(
              "layers.0.weight", new Tensor(List.of(2, 2), new float[] {1, -0.1f, 0, 1}),
              "layers.0.bias", new Tensor(List.of(2), new float[] {0, 0}),
              "layers.1.weight", new Tensor(List.of(1, 2), new float[] {2, 0.5f}),
              "layers.1.bias", new Tensor(List.of(1), new float[] {-1}),
              "target.deviation", new Tensor(List.of(1), new float[] {10})));

  @Test
  void rewardsFirstTermTakesThePlaceOfThePerplexity() throws MalformedCheckpointException {
    SurrogateModel model = model();
    assertThat(model.givesRewardTerm()).isTrue();
    assertThat(model.expectedLogPerplexity(new ChannelState(0.3, 1), 2))
        .isCloseTo(2.0, within(1e-5));
    SplitInferenceEnvironment environment =
        new SplitInferenceEnvironment(
            model, "surrogate", parameters(Map.of()), RandomStream.ofSeed(1));
    environment.reset(1L, Map.of("sigma", 0.3, "p", 2));
    var step = environment.step(new DiscreteElement(0));
    assertThat(step.reward()).isCloseTo(2.0 + 0.8, within(1e-5));
    assertThat(step.info()).doesNotContainKeys("lnPpl", "cleanLnPpl").containsKey("rewardTerms");

    var vector =
        new SplitInferenceVector(
            model, "surrogate", parameters(Map.of()), 3, AutoresetMode.NEXT_STEP, 1, () -> {});
    vector.reset(VectorSeeds.from(1), null, Map.of("sigma", 0.3, "p", 2));
    var all = vector.step(new int[] {0, 0, 0});
    assertThat(all.rewards()).containsOnly(step.reward());
    assertThat(all.infos()).doesNotContainKeys("lnPpl", "cleanLnPpl");
  }

  @Test
  void otherRewardsNeedThePerplexity() throws MalformedCheckpointException {
    SurrogateModel model = model();
    SplitInferenceParameters objective = parameters(Map.of("reward", Map.of("kind", "objective")));
    assertThatThrownBy(
            () ->
                new SplitInferenceEnvironment(
                    model, "surrogate", objective, RandomStream.ofSeed(1)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith("reward.kind is objective, must be reference with a surrogate");
    assertThatThrownBy(() -> model.mean(new ChannelState(0.1, 1), 3))
        .isInstanceOf(InvalidValueException.class);
  }

  @Test
  void formIsReadBackAsWritten() throws MalformedCheckpointException {
    SurrogateModel model = model();
    SurrogateModel again = SurrogateFile.read(SurrogateFile.write(model));
    for (int split = 1; split <= 10; split++) {
      ChannelState state = new ChannelState(0.02 * split, 3);
      assertThat(again.expectedLogPerplexity(state, split))
          .isEqualTo(model.expectedLogPerplexity(state, split));
    }
    assertThat(again.provenance().model()).isEqualTo("unknown");
  }

  @Test
  void perplexityOfThreeRawInputsIsRead() throws MalformedCheckpointException {
    metadata.put("features", "sigma, m, p");
    metadata.put("target", "expected ln PPL in nats");
    metadata.put("cleanLogPerplexity", "2.5");
    tensors.clear();
    tensors.put("layers.0.weight", new Tensor(List.of(1, 3), new float[] {1, 0.25f, 0.5f}));
    tensors.put("layers.0.bias", new Tensor(List.of(1), new float[] {1}));
    SurrogateModel model = model();
    assertThat(model.givesRewardTerm()).isFalse();
    assertThat(model.expectedLogPerplexity(new ChannelState(0.25, 2), 3))
        .isCloseTo(1 + 0.25 + 0.5 + 1.5, within(1e-6));
  }

  @Test
  void whatDoesNotFitIsNamed() {
    metadata.put("features", "p");
    assertRefused("features is p, must be one of ");
    metadata.put("domain.p", "1 10.5");
    metadata.put("features", "sigma, p");
    assertRefused("domain.p is 10.5, must be two whole numbers");
    metadata.put("domain.p", "1 10");
    metadata.put("features", "sigma, m, p");
    assertRefused("inputs of layer 1 is 2, must be 3");
    metadata.put("features", "sigma, p");
    metadata.put("target", "joy");
    assertRefused("target is joy, must be expected ln PPL in nats or first term of the reward");
    metadata.put("target", "expected ln PPL in nats");
    assertRefused("cleanLogPerplexity is missing from the metadata");
    metadata.put("target", "first term of the reward");
    tensors.put("layers.9.weight", new Tensor(List.of(1, 1), new float[] {1}));
    assertRefused("tensors is [layers.9.weight], must be left out");
  }

  private void assertRefused(String message) {
    assertThatThrownBy(this::model)
        .isInstanceOf(MalformedCheckpointException.class)
        .hasMessageContaining(message);
  }

  private SurrogateModel model() throws MalformedCheckpointException {
    return SurrogateFile.read(new SafetensorsFile(metadata, tensors).write());
  }

  private static SplitInferenceParameters parameters(Map<String, Object> overrides) {
    return SplitInferenceParameters.from(Preset.REFERENCE, overrides, 32);
  }
}
