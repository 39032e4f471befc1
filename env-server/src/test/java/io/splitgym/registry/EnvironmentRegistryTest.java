package io.splitgym.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.environment.ResetResult;
import io.splitgym.validation.InvalidValueException;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EnvironmentRegistryTest {
  private final EnvironmentRegistry registry =
      new EnvironmentRegistry(
          List.of(new SplitInferenceSpec(new AnalyticModels()), new CountingSpec()));

  @Test
  void namedValuesBecomeARequest() {
    EnvironmentRequest request =
        registry.read(
            Map.of("spec", SplitInferenceSpec.ID, "seed", 3.0, "preset", "L", "actions", 7));
    assertThat(request)
        .isEqualTo(
            new EnvironmentRequest(SplitInferenceSpec.ID, null, "L", 3L, Map.of("actions", 7)));
  }

  @Test
  void theFirstBackendAndPresetAreTheDefaults() {
    CreatedEnvironment created = registry.create(EnvironmentRequest.of(SplitInferenceSpec.ID));
    assertThat(created.backend()).isEqualTo("surrogate");
    assertThat(created.preset()).isEqualTo("default");
    assertThat(created.parameters()).containsEntry("channel", "fading-awgn");
  }

  @Test
  void seedsThatAreNotGivenDiffer() {
    EnvironmentRequest request = EnvironmentRequest.of(SplitInferenceSpec.ID);
    assertThat(registry.create(request).seed()).isNotEqualTo(registry.create(request).seed());
  }

  @Test
  void aSeedAtCreationIsThatOfAnUnseededReset() {
    EnvironmentRequest request =
        new EnvironmentRequest(SplitInferenceSpec.ID, null, null, -4L, Map.of());
    ResetResult first = registry.create(request).environment().reset(null, Map.of());
    assertThat(registry.create(request).environment().reset(null, Map.of())).isEqualTo(first);
    assertThat(registry.create(request).environment().reset(-4L, Map.of())).isEqualTo(first);
  }

  @Test
  void aPresetBringsItsChannelUnlessAnotherIsAskedFor() {
    EnvironmentRequest reference =
        new EnvironmentRequest(SplitInferenceSpec.ID, null, "reference", null, Map.of());
    assertThat(registry.create(reference).parameters()).containsEntry("channel", "erasure");
    EnvironmentRequest other =
        new EnvironmentRequest(
            SplitInferenceSpec.ID, null, "reference", null, Map.of("channel", "fading-awgn"));
    assertThat(registry.create(other).parameters())
        .containsEntry("channel", "fading-awgn")
        .containsEntry("episodeSteps", 5);
  }

  @Test
  void javaCallersAreHeldToTheSameNamesAndTypes() {
    assertThatThrownBy(
            () ->
                registry.create(
                    new EnvironmentRequest(
                        CountingSpec.ID, null, null, null, Map.of("style", Map.of("quiet", true)))))
        .isInstanceOfSatisfying(
            MalformedRequestException.class,
            e -> {
              assertThat(e.field()).isEqualTo("style.quiet");
              assertThat(e.allowed()).isEqualTo("one of loud");
            });
  }

  @Test
  void oneIdCannotMeanTwoSpecs() {
    assertThatThrownBy(
            () -> new EnvironmentRegistry(List.of(new CountingSpec(), new CountingSpec())))
        .hasMessageContaining(CountingSpec.ID);
  }

  @Test
  void integersComeInEveryFormButTextAndFractions() {
    assertThat(Values.integer("n", 7)).isEqualTo(7);
    assertThat(Values.integer("n", 7.0)).isEqualTo(7);
    assertThat(Values.integer("n", BigInteger.valueOf(Long.MIN_VALUE))).isEqualTo(Long.MIN_VALUE);
    assertThat(Values.integer("n", -0x1p63)).isEqualTo(Long.MIN_VALUE);
    for (Object wrong : List.of(0.5, "7", true, Double.NaN, List.of())) {
      assertThatThrownBy(() -> Values.integer("n", wrong))
          .isInstanceOf(MalformedRequestException.class);
    }
    for (Object large : List.of(0x1p63, BigInteger.TWO.pow(63), 1e300)) {
      assertThatThrownBy(() -> Values.integer("n", large))
          .isInstanceOf(InvalidValueException.class);
    }
  }
}
