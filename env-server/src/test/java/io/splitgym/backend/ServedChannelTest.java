package io.splitgym.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.channel.ChannelChoice;
import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Erasure;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.channel.Range;
import io.splitgym.checkpoint.hub.Catalogue;
import io.splitgym.checkpoint.hub.ModelStore;
import io.splitgym.decoder.Precision;
import io.splitgym.environment.SplitRange;
import io.splitgym.measurement.AnalyticEvaluator;
import io.splitgym.random.RandomStream;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.EnvironmentRequest;
import io.splitgym.registry.PerplexityModels;
import io.splitgym.registry.SplitInferenceSpec;
import io.splitgym.surrogate.ShippedSurrogates;
import io.splitgym.validation.InvalidValueException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The channel's own parameters, from a request to what answers the steps. */
class ServedChannelTest {
  private static final String LLM = "llm";

  @TempDir Path folder;

  private ServedModels served;

  @BeforeEach
  void open() {
    served =
        new ServedModels(
            new AnalyticEvaluators(new AnalyticEvaluator(12, 3, 0)),
            ModelStore.open(Catalogue.standard(), folder, Map.of(), folder),
            folder,
            folder.resolve("measurements.sqlite"),
            List.of(),
            ServedModels.DEFAULT_SETTINGS,
            () -> Precision.F32);
  }

  @AfterEach
  void close() {
    served.close();
  }

  private double lossOnLlm(ChannelChoice channel) {
    PerplexityModels.Source source = served.llm(channel, Map.of());
    return source
        .over(new ChannelRanges(new Range(0, 0.3), new Range(1, 1)), new SplitRange(1, 11))
        .logPerplexity(new ChannelState(0.3, 1), 4, RandomStream.ofSeed(1))
        .value();
  }

  @Test
  void everyParameterReachesTheLlm() {
    double usual = lossOnLlm(ChannelChoice.of(FadingAwgn.NAME));
    assertThat(lossOnLlm(new ChannelChoice(FadingAwgn.NAME, 8.5, 0, true, null))).isEqualTo(usual);
    double lost = lossOnLlm(ChannelChoice.of(Erasure.NAME));
    assertThat(
            List.of(
                usual,
                lost,
                lossOnLlm(new ChannelChoice(FadingAwgn.NAME, 0.5, null, null, null)),
                lossOnLlm(new ChannelChoice(FadingAwgn.NAME, null, 2, null, null)),
                lossOnLlm(new ChannelChoice(FadingAwgn.NAME, null, null, false, null)),
                lossOnLlm(new ChannelChoice(Erasure.NAME, null, null, null, 64))))
        .doesNotHaveDuplicates();
  }

  @Test
  void anEnvironmentOnTheLlmTellsTheWholeChannel() {
    EnvironmentRegistry registry = new EnvironmentRegistry(List.of(new SplitInferenceSpec(served)));
    assertThat(
            registry
                .create(
                    new EnvironmentRequest(
                        SplitInferenceSpec.ID,
                        LLM,
                        null,
                        1L,
                        Map.of("channelParameters", Map.of("blockTokens", 4, "equalised", false))))
                .parameters())
        .containsEntry(
            "channelParameters",
            Map.of(
                "noiseUnit",
                8.5,
                "blockTokens",
                4,
                "equalised",
                false,
                "codec",
                "f32",
                "protectGreatest",
                0,
                "protectAbove",
                0.0));
  }

  @Test
  void theSurrogateRefusesWhatItWasNotFittedTo() {
    double unit =
        ((FadingAwgn) ShippedSurrogates.load(FadingAwgn.NAME).provenance().channel()).noiseUnit();
    assertThat(served.surrogate(new ChannelChoice(FadingAwgn.NAME, unit, 0, true, null)).channel())
        .isEqualTo(FadingAwgn.ofUnit(unit));
    assertThatThrownBy(
            () -> served.surrogate(new ChannelChoice(FadingAwgn.NAME, null, 16, null, null)))
        .isInstanceOfSatisfying(
            InvalidValueException.class,
            refused -> {
              assertThat(refused.field()).isEqualTo("channelParameters.blockTokens");
              assertThat(refused.allowed()).startsWith("0, which the surrogate was fitted to");
            });
    assertThatThrownBy(() -> served.surrogate(new ChannelChoice(Erasure.NAME, null, null, null, 2)))
        .hasMessageContaining("channelParameters.packetElements is 2, must be 1");
  }

  @Test
  void aParameterOfAnotherChannelIsRefused() {
    assertThatThrownBy(() -> new ChannelChoice(FadingAwgn.NAME, null, null, null, 2))
        .hasMessageContaining("packetElements is 2, must be left out: only erasure has it");
    assertThatThrownBy(() -> new ChannelChoice(Erasure.NAME, null, 4, null, null))
        .hasMessageContaining("blockTokens is 4, must be left out: only fading-awgn has it");
    for (double unit : new double[] {0, -1, 2e6, Double.NaN}) {
      assertThatThrownBy(() -> new ChannelChoice(FadingAwgn.NAME, unit, null, null, null))
          .hasMessageContaining("channelParameters.noiseUnit is " + unit);
    }
  }
}
