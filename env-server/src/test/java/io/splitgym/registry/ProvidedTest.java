package io.splitgym.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.channel.Channel;
import io.splitgym.channel.ChannelChoice;
import io.splitgym.channel.ChannelFunction;
import io.splitgym.channel.ChannelProvider;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.HiddenBlock;
import io.splitgym.channel.ProvidedChannel;
import io.splitgym.channel.TransportChoice;
import io.splitgym.environment.Environment;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.environment.StepResult;
import io.splitgym.extension.OnClassPath;
import io.splitgym.extension.Parameter;
import io.splitgym.extension.Parameters;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.ProvidedReward;
import io.splitgym.reward.RewardFunction;
import io.splitgym.reward.RewardProvider;
import io.splitgym.reward.SplitOutcome;
import io.splitgym.space.DiscreteElement;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rewards and channels that somebody else provides. */
class ProvidedTest {
  private static final Map<String, Object> STEEP =
      Map.of("reward", Map.of("kind", "steep", "parameters", Map.of("factor", 4)));

  @TempDir private Path folder;

  @Test
  void providedRewardIsWhatStepsAreWorth() throws IOException {
    try (var here = new OnClassPath(folder, RewardProvider.class, Steep.class.getName())) {
      EnvironmentRegistry registry = registry();
      CreatedEnvironment created = registry.create(request(STEEP));
      assertThat(created.parameters().get("reward"))
          .isEqualTo(Map.of("kind", "steep", "parameters", Map.of("factor", 4.0)));
      try (Environment environment = created.environment()) {
        environment.reset(1L, Map.of("sigma", 0.25, "p", 7));
        StepResult step = environment.step(new DiscreteElement(0));
        assertThat(step.reward()).isEqualTo(-4 * 7 - 0.25);
        assertThat(step.info().get("rewardTerms"))
            .isEqualTo(Map.of("split", -28.0, "noise", -0.25));
      }
      assertThat(created.fingerprint())
          .isNotEqualTo(registry.create(request(Map.of())).fingerprint());

      SplitInferenceParameters parameters =
          SplitInferenceParameters.from(Preset.DEFAULT, STEEP, 30);
      assertThat(SplitInferenceParameters.from(Preset.DEFAULT, parameters.settings(), 30))
          .isEqualTo(parameters);
      assertThatThrownBy(
              () ->
                  registry.create(request(Map.of("reward", Map.of("kind", "steep", "factor", 4)))))
          .isInstanceOf(MalformedRequestException.class);
    }
    assertThatThrownBy(() -> registry().create(request(STEEP)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("reward.kind is steep, must be one of objective, reference");
  }

  @Test
  void rewardThatIsNotANumberIsItsProvidersFault() throws IOException {
    try (var here = new OnClassPath(folder, RewardProvider.class, Steep.class.getName())) {
      ProvidedReward reward =
          ProvidedReward.of(ProvidedReward.providers(), "steep", Map.of("factor", 0));
      ChannelState state = new ChannelState(0.2, 1);
      assertThatThrownBy(
              () ->
                  reward.of(
                      new SplitOutcome(state, java.util.OptionalDouble.empty(), 4, 4, 1, 10, 30)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("steep is not a number");
    }
  }

  @Test
  void providedChannelIsToldByNameParametersAndCode() throws IOException {
    Map<String, String> texts;
    try (var here = new OnClassPath(folder, ChannelProvider.class, Scaling.class.getName())) {
      Channel channel = choice(Map.of("by", 0.5)).channel(() -> 1);
      assertThat(channel.name()).isEqualTo("scaling");
      assertThat(channel.settings()).isEqualTo(Map.of("parameters", Map.of("by", 0.5)));
      float[] values = {2, 4};
      channel.transmit(
          new HiddenBlock(values, 1, 2), new ChannelState(0.5, 1), RandomStream.ofSeed(1));
      assertThat(values).containsExactly(1, 2);

      texts = new HashMap<>(channel.parameters());
      assertThat(Channel.of("scaling", texts)).isEqualTo(channel);
      choice(Map.of("by", 0.5)).requireIs(channel);
      choice(Map.of()).requireIs(channel);
      assertThatThrownBy(() -> choice(Map.of("by", 0.75)).requireIs(channel))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageContaining("channelParameters.parameters.by is 0.75, must be 0.5");
      assertThatThrownBy(() -> choice(Map.of("by", 2)))
          .isInstanceOf(InvalidValueException.class)
          .hasMessage("channelParameters.parameters.by is 2, must be in [0.0, 1.0]");

      texts.put("provider-code", "of another version");
      Channel other = Channel.of("scaling", texts);
      assertThat(other).isNotEqualTo(channel);
      assertThat(other.parameters()).isEqualTo(texts);
      assertThatThrownBy(
              () ->
                  other.transmit(
                      new HiddenBlock(values, 1, 2),
                      new ChannelState(0.5, 1),
                      RandomStream.ofSeed(1)))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageContaining("in that version, is on the class path");
    }
    // what was measured through it can be read without it
    assertThat(Channel.of("scaling", texts)).isInstanceOf(ProvidedChannel.class);
    assertThatThrownBy(() -> choice(Map.of()))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("channel is scaling, must be one of fading-awgn, erasure");
  }

  @Test
  void parametersOfProvidedChannelsAreNotSplitGymsOwn() {
    assertThatThrownBy(() -> choice("erasure", Map.of("by", 1)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("channelParameters.parameters is {by=1}, must be left out");
  }

  @Test
  void aRegistryLooksForProvidersOnce() throws IOException {
    EnvironmentRegistry registry;
    try (var here = new OnClassPath(folder, RewardProvider.class, Steep.class.getName())) {
      registry = registry();
    }
    // no longer on the class path
    assertThat(registry.create(request(STEEP)).environment()).isNotNull();
  }

  @Test
  void aNumberAsATextIsRefusedByItsPath() throws IOException {
    try (var here = new OnClassPath(folder, RewardProvider.class, Steep.class.getName())) {
      Map<String, Object> text =
          Map.of("reward", Map.of("kind", "steep", "parameters", Map.of("factor", "4")));
      assertThatThrownBy(() -> registry().create(request(text)))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageContaining("reward.parameters.factor is \"4\", must be");
      Map<String, Object> list =
          Map.of("reward", Map.of("kind", "steep", "parameters", Map.of("factor", List.of(4))));
      assertThatThrownBy(() -> registry().create(request(list)))
          .isInstanceOf(MalformedRequestException.class)
          .hasMessageContaining("reward.parameters.factor");
    }
  }

  private static ChannelChoice choice(Map<String, Object> parameters) {
    return choice("scaling", parameters);
  }

  private static ChannelChoice choice(String name, Map<String, Object> parameters) {
    return new ChannelChoice(
        name, null, null, null, TransportChoice.OPEN, parameters, ProvidedChannel::providers);
  }

  private static EnvironmentRegistry registry() {
    return new EnvironmentRegistry(List.of(new SplitInferenceSpec(new AnalyticModels())));
  }

  private static EnvironmentRequest request(Map<String, Object> parameters) {
    return new EnvironmentRequest(SplitInferenceSpec.ID, null, null, 1L, parameters);
  }

  /** The split costs its number times a factor, the noise itself. */
  public static final class Steep implements RewardProvider {
    @Override
    public String name() {
      return "steep";
    }

    @Override
    public String description() {
      return "Splits cost.";
    }

    @Override
    public List<Parameter> parameters() {
      return List.of(new Parameter.Number("factor", 1, 0, 10, "What a layer costs."));
    }

    @Override
    public RewardFunction reward(Parameters parameters) {
      double factor = parameters.number("factor");
      return new RewardFunction() {
        @Override
        public List<String> termNames() {
          return List.of("split", "noise");
        }

        @Override
        public double[] terms(SplitOutcome outcome) {
          return new double[] {
            factor == 0 ? Double.NaN : -factor * outcome.split(), -outcome.state().sigma()
          };
        }
      };
    }
  }

  /** Everything arrives smaller. */
  public static final class Scaling implements ChannelProvider {
    @Override
    public String name() {
      return "scaling";
    }

    @Override
    public String description() {
      return "Scales.";
    }

    @Override
    public List<Parameter> parameters() {
      return List.of(new Parameter.Number("by", 0.9, 0, 1, "By what."));
    }

    @Override
    public ChannelFunction channel(Parameters parameters) {
      double by = parameters.number("by");
      return (hidden, state, noise) -> {
        float[] values = hidden.values();
        for (int i = 0; i < values.length; i++) {
          values[i] *= (float) by;
        }
      };
    }
  }
}
