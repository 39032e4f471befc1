package io.splitgym.agents.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.validation.InvalidValueException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HyperparametersTest {
  enum Shape {
    ROUND,
    SQUARE
  }

  record Some(int count, long large, double rate, boolean flag, List<Integer> units, Shape shape) {
    Some {
      if (count < 0) {
        throw new InvalidValueException("count", count, "at least 0");
      }
    }
  }

  private static final Some DEFAULTS = new Some(1, 2L, 0.5, false, List.of(3), Shape.ROUND);

  @Test
  void textsAndYamlsValuesSetTheSame() {
    Some expected = new Some(7, 8L, 1e-3, true, List.of(4, 5), Shape.SQUARE);
    assertThat(
            Hyperparameters.with(
                DEFAULTS,
                Map.of(
                    "count", "7", "large", "8", "rate", "1e-3", "flag", "true", "units", "4, 5",
                    "shape", "square")))
        .isEqualTo(expected);
    assertThat(
            Hyperparameters.with(
                DEFAULTS,
                Map.of(
                    "count",
                    7,
                    "large",
                    8,
                    "rate",
                    1e-3,
                    "flag",
                    true,
                    "units",
                    List.of(4, 5),
                    "shape",
                    "square")))
        .isEqualTo(expected);
    assertThat(Hyperparameters.with(DEFAULTS, Map.of())).isEqualTo(DEFAULTS);
  }

  @Test
  void whatIsNotAllowedIsNamed() {
    assertRefused(Map.of("counts", 1), "hyperparameter is counts, must be one of count, large,");
    assertRefused(Map.of("count", "many"), "count is many, must be an integer");
    assertRefused(Map.of("count", 1.5), "count is 1.5, must be an integer");
    assertRefused(Map.of("count", 99_999_999_999L), "count is ");
    assertRefused(Map.of("count", -1), "count is -1, must be at least 0");
    assertRefused(Map.of("rate", "fast"), "rate is fast, must be a number");
    assertRefused(Map.of("flag", "yes"), "flag is yes, must be true or false");
    assertRefused(Map.of("units", "4;5"), "units is 4;5, must be integers, such as 64,64");
    assertRefused(Map.of("shape", "flat"), "shape is flat, must be round or square");
  }

  private static void assertRefused(Map<String, Object> changed, String message) {
    assertThatThrownBy(() -> Hyperparameters.with(DEFAULTS, changed))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith(message);
  }
}
