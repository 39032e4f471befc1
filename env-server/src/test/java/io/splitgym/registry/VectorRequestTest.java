package io.splitgym.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.environment.AutoresetMode;
import io.splitgym.environment.VectorEnvironment;
import io.splitgym.environment.VectorSeeds;
import io.splitgym.validation.InvalidValueException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VectorRequestTest {
  private final EnvironmentRegistry registry =
      new EnvironmentRegistry(
          List.of(new SplitInferenceSpec(new AnalyticModels()), new CountingSpec()));

  @Test
  void aRequestHoldsWhatASingleOneDoesAndHowMany() {
    VectorRequest request =
        registry.readVector(
            Map.of(
                "spec", "SplitInference-v0",
                "numEnvs", 8L,
                "autoreset", "SameStep",
                "seed", 5L,
                "actions", 7L));
    CreatedVector created = registry.createVector(request);
    VectorEnvironment vector = created.environment();
    assertThat(vector.count()).isEqualTo(8);
    assertThat(vector.autoreset()).isEqualTo(AutoresetMode.SAME_STEP);
    assertThat(vector.singleActionSpace().n()).isEqualTo(7);
    assertThat(created.seed()).isEqualTo(5);
    assertThat(created.parameters()).containsEntry("actions", 7);
  }

  /** As with a single environment: the seed at creation is that of the first reset without one. */
  @Test
  void theSeedAtCreationIsThatOfTheFirstReset() {
    Map<String, Object> fields = Map.of("spec", "SplitInference-v0", "numEnvs", 3L, "seed", 5L);
    VectorEnvironment one = registry.createVector(registry.readVector(fields)).environment();
    VectorEnvironment other = registry.createVector(registry.readVector(fields)).environment();
    assertThat(one.reset(VectorSeeds.none(), null, Map.of()).observations())
        .isEqualTo(other.reset(VectorSeeds.from(5), null, Map.of()).observations());
  }

  @Test
  void whatIsWrongIsNamed() {
    assertThatThrownBy(() -> registry.readVector(Map.of("spec", "SplitInference-v0")))
        .isInstanceOf(MalformedRequestException.class)
        .hasMessage("numEnvs is missing, must be an integer of at least 1");
    assertThatThrownBy(
            () -> registry.readVector(Map.of("spec", "SplitInference-v0", "numEnvs", 0L)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("numEnvs is 0, must be at least 1");
    assertThatThrownBy(
            () ->
                registry.readVector(
                    Map.of("spec", "SplitInference-v0", "numEnvs", 2L, "autoreset", "Never")))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("autoreset is Never, must be one of NextStep, SameStep, Disabled");
    assertThatThrownBy(
            () ->
                registry.readVector(
                    Map.of("spec", "SplitInference-v0", "numEnvs", 2L, "autoreset", 1L)))
        .isInstanceOf(MalformedRequestException.class);
    VectorRequest counting = registry.readVector(Map.of("spec", CountingSpec.ID, "numEnvs", 2L));
    assertThatThrownBy(() -> registry.createVector(counting))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("one that can be made as a vector");
  }
}
